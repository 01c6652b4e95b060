/** The input of the admin API, as zod models: checked at the edge, and described in OpenAPI. */
import * as z from "zod/mini";
import { knownStatuses } from "../../events/stages";
import { channelNames } from "../../notifications/channels";
import { unsentReasons } from "../../notifications/channels/reasons";
import { templateNames } from "../../notifications/templates";
import { financialStatuses } from "../../projection/money-status/financial-status";
import { eventStatuses } from "../../store/inbox/inbox";
import { orderSorts, placedPresets, worklists } from "../../store/worklists/conditions";

const PAGE_MAX = 100;
export const PAGE_DEFAULT = 50;
export const REPLAY_MAX = 1_000;
/** The maximum number of messages that one request makes due, and that are counted. */
export const UNSENT_MAX = 1_000;
export const UNSENT_COUNTED = 10_000;

const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const time = z
  .string()
  .check(
    z.refine(
      (text) => ISO_WITH_ZONE.test(text) && !Number.isNaN(Date.parse(text)),
      "not a time as 2026-11-22T10:00:00Z",
    ),
  );
/** Stored times are UTC with milliseconds, and are compared as text. */
export const utc = z.pipe(
  time,
  z.transform((text) => new Date(text).toISOString()),
);
const key = z.string().check(z.minLength(1), z.maxLength(512));
const settled = z.enum(["failed", "quarantined", "ignored"]);

/** Not z.int, which alone would add 0.4 KiB to the Worker. */
export const upTo = (most: number) =>
  z.number().check(
    z.minimum(1),
    z.maximum(most),
    z.refine((value) => Number.isInteger(value), "not a whole number"),
  );

export const pageLimit = z._default(z.pipe(z.transform(Number), upTo(PAGE_MAX)), PAGE_DEFAULT);

const page = {
  limit: pageLimit,
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(600))),
};
export const rowCursor = z.string().check(z.regex(/^\d{1,15}$/, "not a cursor of this list"));

/** A search uses indexes, newest first; events after a known row are read in the order of receipt. */
export const eventsQuery = z
  .strictObject({
    ...page,
    cursor: z.optional(rowCursor),
    after: z.optional(rowCursor),
    status: z.optional(z.enum(eventStatuses)),
    type: z.optional(key),
    order: z.optional(key),
    from: z.optional(utc),
    to: z.optional(utc),
    q: z.optional(key),
  })
  .check(
    z.refine(({ after, q }) => after === undefined || q === undefined, {
      message: "q cannot be asked for together with after",
      path: ["q"],
    }),
  );

const allOrders = {
  status: z.optional(z.enum(knownStatuses("order"))),
  money: z.optional(z.enum(financialStatuses)),
  shipment: z.optional(z.enum(knownStatuses("shipment"))),
  messages: z.optional(z.enum(["failed"])),
  placed: z.optional(z.enum(placedPresets)),
  from: z.optional(utc),
  to: z.optional(utc),
  sort: z.optional(z.enum(orderSorts)),
};

/** The names of the filters and of the sort: fields of the form, and of the links to views. */
export const orderFilters = [
  "status",
  "money",
  "shipment",
  "messages",
  "placed",
  "from",
  "to",
  "sort",
] as const satisfies readonly (keyof typeof allOrders)[];

/** A search, a list, or all orders with filters. */
export const ordersQuery = z
  .strictObject({
    ...page,
    q: z.optional(key),
    list: z.optional(z.enum(worklists)),
    ...allOrders,
  })
  .check(
    z.refine(
      ({ q, list, ...rest }) =>
        [q, list, orderFilters.find((name) => rest[name] !== undefined)].filter(Boolean).length < 2,
      { message: "only one of q, list, and filters with sort", path: ["list"] },
    ),
    z.refine(({ from, to }) => from === undefined || to === undefined || from < to, {
      message: "not later than from",
      path: ["to"],
    }),
  );
export type OrdersQuery = z.infer<typeof ordersQuery>;

export const notificationsQuery = z.strictObject({
  ...page,
  status: z.optional(z.enum(["pending", "sent", "suppressed", "failed"])),
  channel: z.optional(z.enum(channelNames)),
  template: z.optional(z.enum(templateNames)),
  reason: z.optional(key),
  order: z.optional(key),
  recipient: z.optional(key),
});

const unsentFilter = {
  reason: z._default(z.enum(unsentReasons), unsentReasons[0]),
  channel: z.optional(z.enum(channelNames)),
  from: z.optional(utc),
  to: z.optional(utc),
};

/** The filter of the page of unsent messages. */
export const unsentQuery = z.strictObject(unsentFilter);

export const dryRun = z._default(z.boolean(), false);

export const unsentBody = z.strictObject({
  ...unsentFilter,
  reason: z.enum(unsentReasons),
  limit: z._default(upTo(UNSENT_MAX), UNSENT_MAX),
  dry_run: dryRun,
});

/** Without `until`: now; null removes quiet-until. */
export const quietUntilBody = z.strictObject({
  until: z.optional(z.nullable(utc)),
  dry_run: dryRun,
});

export const replayBody = z
  .strictObject({
    ids: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(REPLAY_MAX))),
    status: z.optional(settled),
    type: z.optional(key),
    order: z.optional(key),
    from: z.optional(utc),
    to: z.optional(utc),
    limit: z._default(upTo(REPLAY_MAX), REPLAY_MAX),
    dry_run: dryRun,
  })
  .check(
    z.refine(
      ({ ids, status, type, order, from, to }) =>
        [ids, status, type, order, from, to].some((value) => value !== undefined),
      { message: "give ids, status, type, order, from or to" },
    ),
  );

export const rebuildBody = z.strictObject({
  order_number: z.optional(key),
  event_type: z.optional(key),
  from: z.optional(utc),
  to: z.optional(utc),
  dry_run: dryRun,
});

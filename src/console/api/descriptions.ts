/**
 * Describes each route of the admin API for OpenAPI, except its input: the summary, the answer, and the descriptions of
 * fields. The Worker does not contain this file: its routes take their names from here, and the compiler checks that
 * the two agree.
 */
import type * as z from "zod/mini";
import { answers } from "./answers";
import { PAGE_DEFAULT } from "./shapes";

interface Description {
  readonly summary: string;
  /** The status of the answer; 200 unless stated. */
  readonly status?: 202 | 204;
  /** Absent if the answer is not JSON. */
  readonly answer?: z.ZodMiniType;
  /** The media type of the body, if it is not a JSON object of this API. */
  readonly takes?: string;
  /** JSON Schema for the fields of the query or the body, in addition to their types. */
  readonly fields?: Readonly<Record<string, object>>;
}

const whole = { type: "integer" };
const limit = { ...whole, default: PAGE_DEFAULT };
const cursor = { description: "next_cursor of the page before" };
const time = { format: "date-time", description: "ISO 8601, with a zone" };
const endpointFields = {
  url: { description: "https, or http on loopback; no credentials, no private address" },
  event_types: { description: "types, with wildcards: payment.*, or * for all" },
  include_order: { description: "the order as it stands beside the event" },
  rate_limit: { description: "requests a minute; null: no limit" },
};
const textFields = {
  text: { description: "ICU MessageFormat; problem details have the place as `at`" },
  version: { description: "one of the versions that are kept" },
};
const dryRun = { description: "only say what would happen" };

const descriptions = {
  "GET /health": { summary: "How the inbox is, in figures", answer: answers.health },
  "GET /metrics": { summary: "The same, and more, in the text format of Prometheus" },
  "GET /settings": {
    summary:
      "Which secrets and channels are set, which secret verified the latest events, and the shop's settings",
    answer: answers.settings,
  },
  "GET /settings/:name": {
    summary: "One setting of the shop, and where its value comes from",
    answer: answers.shopSetting,
  },
  "PUT /settings/:name": {
    summary: "Sets it; 400 with the reason where the value cannot be used",
    answer: answers.shopSetting,
  },
  "DELETE /settings/:name": {
    summary: "Goes back to the var, or the default",
    answer: answers.shopSetting,
  },
  "GET /switches": {
    summary: "Which messages to customers and the team are on",
    answer: answers.switches,
  },
  "PUT /switches": {
    summary: "Switches a message on or off, those that are pending too",
    answer: answers.messageSwitch,
  },
  "POST /channels/:channel/forget": {
    summary:
      "Switches a channel off for good that has no settings any more: what it holds back is suppressed",
    answer: answers.forgottenChannel,
  },
  "GET /troubled": {
    summary: "Failed and quarantined events, newest first",
    answer: answers.object,
  },
  "GET /events": {
    summary: "Events, newest first; with `after` what came since, oldest first",
    answer: answers.events,
    fields: {
      limit,
      cursor,
      after: {
        description:
          "latest_cursor of an answer: what came since, oldest first; not together with q",
      },
      from: time,
      to: time,
      q: {
        description:
          "the beginning of an event id, or an order number or other key, whole; not together with after",
      },
    },
  },
  "GET /events/:id": {
    summary: "One event: body, what it changed, what overrides it, its messages",
    answer: answers.event,
  },
  "DELETE /events/:id": {
    summary: "Removes a test event (type receiver.test); no other",
    status: 204,
  },
  "POST /replay": {
    summary: "Replays failed, quarantined or ignored events; count them first with dry_run",
    answer: answers.replay,
    fields: { from: time, to: time, limit: whole, dry_run: dryRun },
  },
  "GET /replays/:id": {
    summary: "How far a replay is: how many of its events stand in each status, and why",
    answer: answers.replayProgress,
  },
  "GET /resends/:id": {
    summary: "How far messages are that were sent together: how many stand in each status, and why",
    answer: answers.resendProgress,
  },
  "GET /search": {
    summary:
      "Orders, people, payments, refunds, shipments and events by what people type; names and contacts are not masked",
    answer: answers.found,
    fields: {
      q: {
        description:
          "a part of an order number, name, e-mail address or telephone number, or the beginning of an id or airway bill",
      },
    },
  },
  "GET /orders": {
    summary:
      "Orders by number, e-mail address or phone number; those that wait for a person; or all, filtered",
    answer: answers.orders,
    fields: {
      limit,
      cursor,
      q: { description: "the beginning of an order number, an e-mail address or a phone number" },
      list: {
        description:
          "refunds_due: cancelled, and more was paid than has gone back; unpaid, partly_paid: open, with something still to be paid; undelivered: open, a parcel did not arrive, or comes back; stuck_shipments: open, a parcel under way without an event for five days",
      },
      money: { description: "the financial status" },
      shipment: { description: "the status of one of its parcels" },
      messages: { description: "failed: a message about it failed" },
      placed: {
        description:
          "within the last hour, today, within the last seven days, this month; days in STORE_TIME_ZONE",
      },
      from: { ...time, description: "placed from then on" },
      to: { ...time, description: "placed before then" },
      sort: {
        description:
          "activity: by the latest event; newest, oldest: by when they were placed, the default where that is filtered; total: the highest first, of the newest 5,000",
      },
    },
  },
  "GET /orders/:number": {
    summary: "One order with its payments, refunds and shipments",
    answer: answers.order,
  },
  "GET /orders/:number/explain": {
    summary:
      "Why the order looks as it does: which event set each field, which are overridden, and whether it is paid",
    answer: answers.object,
  },
  "GET /orders/:number/timeline": {
    summary: "Events, milestones and notifications of an order, oldest first",
    answer: answers.timeline,
  },
  "GET /notifications": {
    summary: "Notifications, newest first",
    answer: answers.notifications,
    fields: {
      limit,
      cursor,
      recipient: {
        description:
          "an e-mail address or phone number, whole: what was or would be sent there about the orders that name it",
      },
    },
  },
  "GET /notifications/:id": {
    summary: "One notification, with what was sent",
    answer: answers.notification,
  },
  "POST /notifications/send-again": {
    summary:
      "Sends notifications that were not sent for a reason that lies in none of them, if they are still true and not too old; count them first with dry_run",
    answer: answers.sendUnsent,
    fields: {
      from: { ...time, description: "created since then; ISO 8601, with a zone" },
      to: { ...time, description: "created before then" },
      limit: whole,
      dry_run: dryRun,
    },
  },
  "POST /notifications/:id/send-again": {
    summary: "Sends a settled notification once more, if it is still true",
    answer: answers.resendMessage,
  },
  "GET /quiet-until": {
    summary: "Up to when messages to customers and the team are suppressed",
    answer: answers.quietUntil,
  },
  "POST /quiet-until": {
    summary:
      "Suppresses messages to customers and the team about what happened before a moment; forwards, alerts and state are not touched",
    answer: answers.quieted,
    fields: {
      until: {
        type: ["string", "null"],
        format: "date-time",
        description:
          "ISO 8601, with a zone, at most a day ahead; without it now; null takes it back",
      },
      dry_run: dryRun,
    },
  },
  "GET /endpoints": {
    summary: "The endpoints that events are forwarded to; default is FORWARD_URL",
    answer: answers.endpoints,
  },
  "POST /endpoints": {
    summary: "Adds an endpoint",
    answer: answers.endpoint,
    fields: endpointFields,
  },
  "GET /endpoints/:id": { summary: "One endpoint", answer: answers.endpoint },
  "PATCH /endpoints/:id": {
    summary: "Changes an endpoint; what is not named stays",
    answer: answers.endpoint,
    fields: endpointFields,
  },
  "DELETE /endpoints/:id": {
    summary: "Deletes an endpoint; what is pending for it is suppressed",
    status: 204,
  },
  "POST /endpoints/:id/pause": {
    summary: "Pauses an endpoint: its forwards are kept for RETENTION_DAYS",
    answer: answers.endpoint,
    fields: { reason: { description: "for colleagues, on its page" } },
  },
  "POST /endpoints/:id/resume": {
    summary: "Sends to an endpoint again, first what was kept, in the order of receipt",
    answer: answers.endpoint,
  },
  "GET /endpoints/:id/secret": {
    summary: "The secret that an endpoint verifies signatures with; it is derived, not stored",
    answer: answers.endpointSecret,
  },
  "POST /endpoints/:id/rotate": {
    summary: "Makes a new secret; for a day the one before signs too",
    answer: answers.endpointSecret,
  },
  "POST /endpoints/:id/test": {
    summary: "Sends one signed request of the type endpoint.test now",
    answer: answers.endpointTest,
  },
  "POST /endpoints/:id/replay": {
    summary:
      "Forwards stored events to one endpoint again, or for the first time, stretch by stretch of the inbox; goes on with next_cursor as cursor; count them first with dry_run",
    answer: answers.endpointReplay,
    fields: {
      event_types: { description: "those that the endpoint gets, unless stated" },
      from: time,
      to: time,
      cursor,
      dry_run: dryRun,
    },
  },
  "POST /imports": {
    summary:
      "Imports a slice of a file: orders or any bodies, as a JSON list, one object, or an object on each line; at most 500 and 2 MB. Nobody is notified; what is older than what is known changes nothing; the same again changes nothing. dry_run only says what would change, and what differs",
    answer: answers.imported,
    takes: "application/x-ndjson",
    fields: { dry_run: dryRun },
  },
  "POST /rebuilds": {
    summary: "Starts a rebuild of rows from their stored events; dry_run only reports",
    status: 202,
    answer: answers.object,
    fields: { from: time, to: time, dry_run: dryRun },
  },
  "GET /rebuilds/:id": {
    summary: "How far a rebuild is, and what it changed",
    answer: answers.object,
  },
  "POST /erasures": {
    summary: "Erases a person, by e-mail address or phone number; dry_run only counts",
    status: 202,
    answer: answers.erasure,
    fields: { dry_run: dryRun },
  },
  "GET /erasures/:id": {
    summary: "How far an erasure is, and what it found",
    answer: answers.erasure,
  },
  "POST /exports": {
    summary: "Everything held about a person; goes on with next_cursor as cursor",
    answer: answers.export,
    fields: { cursor },
  },
  "GET /archive": {
    summary: "Archive objects, oldest day first",
    answer: answers.archive,
    fields: { cursor },
  },
  "POST /archive/restore": {
    summary: "Puts archived events back; goes on with next_cursor as cursor",
    answer: answers.restored,
    fields: { cursor, dry_run: dryRun },
  },
  "GET /texts": {
    summary: "The texts of messages in a language, each with its default and what was edited",
    answer: answers.texts,
    fields: { language: { description: "en, hi" } },
  },
  "GET /texts/:language/:key": {
    summary: "One text, with the versions that are kept",
    answer: answers.text,
  },
  "PUT /texts/:language/:key": {
    summary: "Edits a text: messages rendered from now on say it",
    answer: answers.text,
    fields: { text: textFields.text },
  },
  "DELETE /texts/:language/:key": {
    summary: "Goes back to the default of a text",
    answer: answers.text,
  },
  "POST /texts/:language/:key/restore": {
    summary: "Goes back to an earlier version of a text",
    answer: answers.text,
    fields: { version: textFields.version },
  },
  "GET /activity": {
    summary: "Who did what, newest first; `admin API` is a script with the admin token",
    answer: answers.activity,
    fields: { limit, cursor },
  },
  "GET /openapi.json": { summary: "This description", answer: answers.object },
} as const satisfies Readonly<Record<string, Description>>;

/** A method and a path, in Hono's syntax. */
export type RouteName = keyof typeof descriptions;

export function describe(name: RouteName): Description {
  return descriptions[name];
}

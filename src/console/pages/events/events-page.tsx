/** The inbox, newest first: filtered, searched, paged by cursor. */
import { htmlOf } from "../../../html";
import { catalog } from "../../../events/catalog";
import { nameType } from "../../../events/form-words";
import {
  type EventFilter,
  type EventPage,
  type EventRow,
  listEvents,
} from "../../../store/inbox/event-list";
import { eventStatuses } from "../../../store/inbox/inbox";
import { withQuery } from "../../links";
import { eventsQuery } from "../../api/shapes";
import { count } from "../../text";
import { asked, readQuery, type PageContext } from "../../page-context";
import { EventTabs } from "./event-tabs";
import { Field, Filters, Options, When } from "../filters";
import { Ago, Badge, type Column, Empty, Notice, Pager, Ref, Table, Text } from "../parts";
import { Page, show } from "../page";

const PATH = "/console/events";
const names = ["q", "status", "type", "order", "from", "to", "cursor"] as const;

type Values = Readonly<Record<string, string>>;

/** The order of an event; its subject if the order is not known. */
function Order({
  event: { linked_order: order, subject, subject_id: key },
}: {
  readonly event: EventRow;
}) {
  if (order !== null) return <Ref to="orders" id={order} />;
  return key === null ? (
    <Text of={null} />
  ) : (
    <span>
      {subject} <Text of={key} />
    </span>
  );
}

export const eventColumns: readonly Column<EventRow>[] = [
  { head: "Received", cell: ({ received_at: at }) => <Ago at={at} /> },
  {
    head: "Type",
    as: "word",
    cell: ({ id, event_type: type }) => <Ref to="events" id={id} label={nameType(type)} />,
  },
  { head: "Order", cell: (event) => <Order event={event} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  {
    head: "Repeats",
    number: true,
    isMinor: true,
    cell: ({ redeliveries }) => <Text of={redeliveries || null} />,
  },
  { head: "Id", as: "short", isMinor: true, cell: ({ id }) => <Text of={id} /> },
];

function EventFilters({ values }: { readonly values: Values }) {
  return (
    <Filters
      path={PATH}
      values={values}
      search={{ label: "Event id, or order or payment number", hint: "evt_… or ORD-…" }}
      more={["status", "type", "order", "from", "to"]}
    >
      <Options name="status" label="Status" values={values} of={eventStatuses} />
      <Field name="type" label="Type" values={values} list={catalog.map(({ type }) => type)} />
      <Field name="order" label="Order number" values={values} />
      <When name="from" label="Received from" values={values} />
      <When name="to" label="Received before" values={values} />
    </Filters>
  );
}

interface EventsProps {
  readonly who: string;
  readonly values: Values;
  readonly problem: string | null;
  readonly page: EventPage;
}

function EventsPage({ who, values, problem, page }: EventsProps) {
  const { cursor, ...filter } = values;
  const isFirst = cursor === undefined;
  const isFiltered = Object.keys(filter).length > 0;
  const older = page.next === null ? null : withQuery(PATH, { ...filter, cursor: page.next });
  const fresh = withQuery(`${PATH}/new`, { ...filter, after: page.latest });
  return (
    <Page title="Events" who={who} path={PATH}>
      <EventTabs here={PATH} />
      <div class="title">
        <h1>Events</h1>
        {isFirst && problem === null && values["q"] === undefined ? (
          <p class="fresh" hx-get={fresh} hx-trigger="tick-slow from:body" aria-live="polite" />
        ) : null}
      </div>
      <EventFilters values={values} />
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {page.events.length === 0 ? (
        <Empty>
          {page.next !== null
            ? "None in the stretch that was looked through."
            : isFiltered
              ? "No event matches."
              : "No authentic event has come yet. Point Commerce Engine at /api/webhooks/ce of this Worker."}
        </Empty>
      ) : (
        <Table caption="Events, newest first" columns={eventColumns} rows={page.events} />
      )}
      <Pager
        newest={isFirst ? null : withQuery(PATH, filter)}
        older={older}
        found={page.events.length}
      />
    </Page>
  );
}

const nothing: EventPage = { events: [], next: null, latest: 0 };

export async function events({ c, deps, who }: PageContext) {
  const values = asked(c, names);
  const { query, problem } = readQuery(eventsQuery, values);
  const { limit, cursor, after: _, ...filter } = query;
  const before = cursor === undefined ? undefined : Number(cursor);
  const page = problem === null ? await listEvents(deps.db, filter, { limit, before }) : nothing;
  const status = problem === null ? 200 : 400;
  return show(c, <EventsPage who={who} values={values} problem={problem} page={page} />, status);
}

/** The count ends here and is shown as "99 and more". */
const FRESH_MAX = 99;

/** For an open list: whether newer events exist, as a link to them. */
export async function freshEvents({ c, deps }: PageContext) {
  const values = asked(c, [...names, "after"]);
  const { query, problem } = readQuery(eventsQuery, values);
  const { after } = query;
  if (problem !== null || after === undefined) return c.body(null, 204);
  const { q: _, limit: __, cursor: ___, ...rest } = query;
  const filter: EventFilter = rest;
  const page = await listEvents(deps.db, filter, { limit: FRESH_MAX, after: Number(after) });
  if (page.events.length === 0) return c.body(null, 204);
  const found = page.events.length;
  const text = found < FRESH_MAX ? count(found, "new event") : `${String(FRESH_MAX)} and more`;
  const { after: ____, ...filterValues } = values;
  const link = <a href={withQuery(PATH, filterValues)}>{`Show ${text}`}</a>;
  return c.html(htmlOf(link));
}

/** One event: what was received, its status, what it changed, and its messages. */
import { describeForm, nameType } from "../../../events/form-words";
import { isImported } from "../../../events/imports/import-id";
import { loadEvent, type StoredEvent } from "../../../store/inbox/inspection";
import type { EventRecord } from "../../../store/schema";
import { type EventView, viewEvent } from "../../event-view";
import { layOutJson } from "../../json-text";
import { below, pathTo, withNotice } from "../../links";
import { count, visible } from "../../text";
import { idIn, type PageContext } from "../../page-context";
import { adviceFor } from "./advice";
import { Effect } from "./event-effect";
import { messageColumns } from "../messages/messages-page";
import {
  ActionForm,
  Badge,
  Empty,
  Facts,
  Live,
  Notice,
  Part,
  Ref,
  Table,
  Text,
  Time,
} from "../parts";
import { Page, show } from "../page";
import { PlainPage } from "../sign-in-page";

/** The number of characters of a body that are shown; a link leads to the rest. */
const BODY_SHOWN = 100_000;
const canReplay = new Set(["failed", "quarantined", "ignored"]);

/** For ignored events, the row's error says why: an unknown type, too old, never replayed. */
const outcomes: Readonly<Record<EventView["outcome"], string>> = {
  sets: "Applied. Some of its values are in use now.",
  superseded: "Applied. Later events have replaced all of its values since.",
  waiting: "Stored, and not applied yet.",
  ignored: "Stored and not applied: it changes nothing.",
  quarantined: "Its signature is valid, but its data cannot be understood.",
  failed: "Failed after all retries.",
  purged: "Applied. Its body has since been removed.",
};

/** The result of a replay, from the current status of the event. */
function replayed(status: string): string {
  if (status === "received") return "It is being replayed.";
  return status === "processed"
    ? "It was replayed, and is applied."
    : `The replay did not help: it is ${status} again.`;
}

function outcomeOf({ outcome, event }: EventView): string {
  const hasNoReason = outcome === "ignored" && event.error === null;
  return hasNoReason ? `${outcomes[outcome]} Why is not kept any more.` : outcomes[outcome];
}

function deliveriesOf({ redeliveries, conflicts }: EventRecord): string {
  const came = redeliveries === 0 ? "came once" : `came ${count(redeliveries + 1, "time")}`;
  if (conflicts === 0) return came;
  return `${came}; ${count(conflicts, "other body")} under the same id, the first stands`;
}

/** Null if version 0.2 stored it, or if the row is purged. */
function verifierOf({ id, verified_by: verifier }: EventRecord): string | null {
  if (isImported(id)) return "nobody: it was imported from a file";
  return verifier === null ? null : `${verifier} secret`;
}

function Envelope({ event }: { readonly event: StoredEvent }) {
  const { subject, subject_id: key, linked_order: order } = event;
  return (
    <Facts
      of={[
        ["Id", <Text of={event.id} whole />],
        ["Order", order === null ? null : <Ref to="orders" id={order} />],
        [
          "About",
          subject === null ? null : (
            <span>
              {subject} <Text of={key} />
            </span>
          ),
        ],
        ["Happened", event.occurred_at === null ? "unknown" : <Time at={event.occurred_at} />],
        ["Received", <Time at={event.received_at} />],
        ["Settled", event.processed_at === null ? null : <Time at={event.processed_at} />],
        ["Deliveries", deliveriesOf(event)],
        ["Attempts", String(event.attempts)],
        ["Verified by", verifierOf(event)],
        ["SHA-256 of the body", <code>{event.body_sha256}</code>],
        [
          "SHA-256 of the other",
          event.conflict_sha256 === null ? null : <code>{event.conflict_sha256}</code>,
        ],
      ]}
    />
  );
}

function Body({ event }: { readonly event: EventRecord }) {
  const { payload } = event;
  if (payload === null) return <Empty>It has been removed, on schedule or by request.</Empty>;
  const shown = payload.slice(0, BODY_SHOWN);
  return (
    <>
      <pre tabindex={0} aria-label="Body">
        {layOutJson(shown).map(({ kind, text }) =>
          kind === "name" ? <b>{visible(text)}</b> : visible(text),
        )}
      </pre>
      {shown.length === payload.length ? null : (
        <p class="soft">
          {`The first ${count(BODY_SHOWN, "character")} of ${payload.length.toLocaleString("en")}.`}
        </p>
      )}
      <p>
        <a href={below(pathTo("events", event.id) ?? "", "body")} download>
          Download it as it came
        </a>
      </p>
    </>
  );
}

function Notes({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <ul class="notes">
      {of.map((note) => (
        <li>
          <Text of={note} whole />
        </li>
      ))}
    </ul>
  );
}

function EventPage(props: {
  readonly who: string;
  readonly view: EventView;
  readonly isReplayed: boolean;
}) {
  const { who, view, isReplayed } = props;
  const { event, notes, changed, overridden, messages } = view;
  const own = pathTo("events", event.id) ?? "";
  const path = isReplayed ? withNotice(own, "replayed") : own;
  const isWaiting = event.status === "received";
  const form = describeForm(event);
  const advice = isWaiting ? null : adviceFor(event.status, event.error);
  return (
    <Page title={nameType(event.event_type)} who={who} path="/console/events">
      <Live path={path} beat={isWaiting ? "tick" : null}>
        <div class="title">
          <h1>
            <Text of={nameType(event.event_type)} /> <Badge status={event.status} />
          </h1>
          {canReplay.has(event.status) && event.payload !== null ? (
            <ActionForm
              to={`/console/replay`}
              fields={{ event: encodeURIComponent(event.id) }}
              label="Replay"
              quiet={event.status === "quarantined"}
            />
          ) : null}
        </div>
        {isReplayed ? (
          <Notice bad={event.status !== "processed" && event.status !== "received"}>
            {replayed(event.status)}
          </Notice>
        ) : null}
        <p>{outcomeOf(view)}</p>
        {event.error === null ? null : (
          <Notice bad>
            <Text of={event.error} whole />
          </Notice>
        )}
        {advice === null ? null : <p>{advice}</p>}
        <Notes of={notes} />
        <Envelope event={event} />
        {form === null ? null : (
          <p class="soft">
            Form of the body: <Text of={form} whole />.
          </p>
        )}
        {changed.length + overridden.length === 0 ? null : <Effect {...view} />}
        {messages.length === 0 ? null : (
          <Part id="messages" title="Messages">
            <Table caption="Messages about it" columns={messageColumns} rows={messages} />
          </Part>
        )}
      </Live>
      <Part id="body" title="Body">
        <Body event={event} />
      </Part>
    </Page>
  );
}

const unknown = {
  title: "No such event",
  text: "The inbox holds no event with this id. It may have been removed since.",
};

export async function event({ c, deps, who }: PageContext) {
  const view = await viewEvent(deps.db, idIn(c, "id"), deps.defaults);
  if (view === null) return show(c, <PlainPage {...unknown} who={who} />, 404);
  const isReplayed = c.req.query("replayed") !== undefined;
  return show(c, <EventPage who={who} view={view} isReplayed={isReplayed} />);
}

/** The body as received, as a file: nothing in it can run here. */
export async function eventBody({ c, deps, who }: PageContext) {
  const payload = (await loadEvent(deps.db, idIn(c, "id")))?.payload ?? null;
  if (payload === null) return show(c, <PlainPage {...unknown} who={who} />, 404);
  return c.body(payload, 200, {
    "content-type": "application/octet-stream",
    "content-disposition": 'attachment; filename="event.json"',
    "cache-control": "no-store",
  });
}

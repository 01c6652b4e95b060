/** The result of a replay, or of messages that were resent together: how many are done, and the problems of others. */
import type { EventRow } from "../../../store/inbox/event-list";
import {
  listUnsettled,
  loadReplay,
  type Outcome,
  type Replay,
  type Replayed,
  statusesOf,
} from "../../../store/replays";
import { capital, count } from "../../text";
import type { PageContext } from "../../page-context";
import { Badge, type Column, Live, Part, Ref, Table, Text, Time } from "../parts";
import { adviceFor } from "./advice";
import { eventColumns } from "./events-page";
import { Page, show } from "../page";
import { PlainPage } from "../sign-in-page";

const SHOWN_MAX = 100;
const OUTCOMES_MAX = 20;

const columns: readonly Column<EventRow>[] = [
  ...eventColumns.slice(0, 4),
  { head: "What is wrong", cell: ({ error }) => <Text of={error} whole /> },
];

const outcomeColumns = (what: Replayed): readonly Column<Outcome>[] => [
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "How many", number: true, cell: ({ times }) => times.toLocaleString("en") },
  {
    head: what === "events" ? "Reason, and what to do" : "Reason",
    as: "wide",
    cell: ({ status, reason }) => {
      const advice = what === "events" ? adviceFor(status, reason) : null;
      return (
        <>
          <Text of={reason} whole />
          {advice === null ? null : <div class="soft">{advice}</div>}
        </>
      );
    },
  },
  { head: "One of them", cell: ({ one }) => <Ref to={what} id={one} /> },
];

interface ReplayProps {
  readonly who: string;
  readonly replay: Replay;
  readonly what: Replayed;
  readonly unsettled: readonly EventRow[];
}

/** The words of each kind. */
const kinds = {
  events: {
    name: "replay",
    noun: "event",
    done: "processed",
    waits: "received",
    as: "applied",
    nav: "/console/events",
    list: ["/console/troubled", "Failed and quarantined events"],
  },
  messages: {
    name: "resend",
    noun: "message",
    done: "sent",
    waits: "pending",
    as: "sent",
    nav: "/console/messages",
    list: ["/console/unsent", "Messages that were not sent"],
  },
} as const;

function ReplayPage({ who, replay, what, unsettled }: ReplayProps) {
  const { id, total, outcomes, started_at: startedAt } = replay;
  const { name, noun, done, waits, as, nav, list } = kinds[what];
  const { [done]: succeeded = 0, [waits]: waiting = 0 } = statusesOf(replay);
  const title = `${capital(name)} ${String(id)}`;
  const path = `/console/${name}s/${String(id)}`;
  const all = count(total, noun);
  return (
    <Page title={title} who={who} path={nav}>
      <h1>{title}</h1>
      <Live path={path} beat={waiting === 0 ? null : "tick"}>
        <p>
          <label for="progress">
            {waiting === 0
              ? `Done: ${succeeded.toLocaleString("en")} of ${all} ${as}.`
              : `${(total - waiting).toLocaleString("en")} of ${all} settled.`}
          </label>
          <progress id="progress" value={total - waiting} max={Math.max(1, total)} />
        </p>
        <p class="soft">
          Started at <Time at={startedAt} />.
        </p>
        <Table
          caption="What came of it"
          columns={outcomeColumns(what)}
          rows={outcomes.slice(0, OUTCOMES_MAX)}
        />
        {unsettled.length === 0 ? null : (
          <Part id="unsettled" title="Not applied">
            <Table caption="Not applied" columns={columns} rows={unsettled} />
          </Part>
        )}
      </Live>
      <p>
        <a href={list[0]}>{list[1]}</a>
      </p>
    </Page>
  );
}

const page =
  (what: Replayed) =>
  async ({ c, deps, who }: PageContext) => {
    const id = Number(c.req.param("id"));
    const found = Number.isSafeInteger(id) ? await loadReplay(deps.db, id, what) : null;
    if (found === null) {
      const text = "The latest 100 replays and resends are kept; this is none of them.";
      return show(
        c,
        <PlainPage title={`No such ${kinds[what].name}`} text={text} who={who} />,
        404,
      );
    }
    const unsettled = what === "events" ? await listUnsettled(deps.db, id, SHOWN_MAX) : [];
    return show(c, <ReplayPage who={who} replay={found} what={what} unsettled={unsettled} />);
  };

export const replay = page("events");
export const resend = page("messages");

/** The progress of a replay: how many of its events are applied, and which are not. */
import type { EventRow } from "../../../store/inbox/event-list";
import { listUnsettled, loadReplay, type Replay } from "../../../store/inbox/replays";
import { count, words } from "../../text";
import type { PageContext } from "../../page-context";
import { Badge, type Column, Live, Notice, Table, Text, Time } from "../parts";
import { eventColumns } from "./events-page";
import { Page, show } from "../page";
import { PlainPage } from "../sign-in-page";

const SHOWN_MAX = 100;

const columns: readonly Column<EventRow>[] = [
  ...eventColumns.slice(0, 4),
  { head: "What is wrong", cell: ({ error }) => <Text of={error} whole /> },
];

function Statuses({ replay }: { readonly replay: Replay }) {
  return (
    <ul class="concerns plain">
      {Object.entries(replay.statuses).map(([status, number]) => (
        <li>
          <Badge status={status} as={words(status)} /> {number.toLocaleString("en")}
        </li>
      ))}
    </ul>
  );
}

function ReplayPage(props: {
  readonly who: string;
  readonly replay: Replay;
  readonly unsettled: readonly EventRow[];
}) {
  const { who, replay, unsettled } = props;
  const waiting = replay.statuses.received ?? 0;
  const done = replay.events - waiting;
  const path = `/console/replays/${String(replay.id)}`;
  const applied = replay.statuses.processed ?? 0;
  return (
    <Page title={`Replay ${String(replay.id)}`} who={who} path="/console/troubled">
      <h1>Replay {replay.id}</h1>
      <Live path={path} beat={waiting === 0 ? null : "tick"}>
        <p>
          <label for="progress">
            {waiting === 0
              ? `Done: ${String(applied)} of ${count(replay.events, "event")} applied.`
              : `${String(done)} of ${count(replay.events, "event")} settled.`}
          </label>
          <progress id="progress" value={done} max={Math.max(1, replay.events)} />
        </p>
        <Statuses replay={replay} />
        <p class="soft">
          Started at <Time at={replay.started_at} />. A page without script shows it as it stood:
          reload it.
        </p>
        {unsettled.length === 0 ? null : (
          <>
            {waiting === 0 ? (
              <Notice bad>These came back. What was wrong with them has not been fixed.</Notice>
            ) : null}
            <Table caption="Not applied" columns={columns} rows={unsettled} />
          </>
        )}
      </Live>
      <p>
        <a href="/console/troubled">Failed and quarantined events</a>
      </p>
    </Page>
  );
}

export async function replay({ c, deps, who }: PageContext) {
  const id = Number(c.req.param("id"));
  const found = Number.isSafeInteger(id) ? await loadReplay(deps.db, id) : null;
  if (found === null) {
    const text = "The latest 100 replays are kept; this is none of them.";
    return show(c, <PlainPage title="No such replay" text={text} who={who} />, 404);
  }
  const unsettled = await listUnsettled(deps.db, id, SHOWN_MAX);
  return show(c, <ReplayPage who={who} replay={found} unsettled={unsettled} />);
}

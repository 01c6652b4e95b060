/** Who did what in the console and over the admin API, newest first. */
import { type ActivityRow, listActivity } from "../../store/activity/activity";
import { rowCursor } from "../api/shapes";
import { withQuery } from "../links";
import { asked, type PageContext } from "../page-context";
import { Page, show } from "../pages/page";
import { Ago, type Column, Empty, Notice, Pager, Ref, Table, Text, Time } from "../pages/parts";
import { capital } from "../text";
import { didWhat, placeOf } from "./words";

const PATH = "/console/activity";
const PAGE_ROWS = 100;

function About({ row }: { readonly row: ActivityRow }) {
  const { what, about } = row;
  const place = placeOf(row);
  if (what === "erased" && about !== null) {
    return <a href={withQuery("/console/people", { erasure: about })}>Erasure {about}</a>;
  }
  if (what === "replayed" && place === null && about !== null) {
    return <a href={`/console/replays/${encodeURIComponent(about)}`}>Replay {about}</a>;
  }
  if (what === "quiet_until_set") return <Time at={about} />;
  return place === null ? <Text of={about} /> : <Ref to={place} id={about} />;
}

const columns: readonly Column<ActivityRow>[] = [
  { head: "When", cell: ({ at }) => <Ago at={at} /> },
  { head: "Who", cell: ({ who }) => <Text of={who} /> },
  { head: "What", as: "word", cell: (row) => capital(didWhat(row)) },
  { head: "Of what", cell: (row) => <About row={row} /> },
];

export async function activity({ c, deps, who }: PageContext) {
  const { cursor } = asked(c, ["cursor"]);
  const isCursor = cursor === undefined || rowCursor.safeParse(cursor).success;
  const before = cursor === undefined || !isCursor ? undefined : Number(cursor);
  const { rows, next } = await listActivity(deps.db, PAGE_ROWS, before);
  return show(
    c,
    <Page title="Activity" who={who} path={PATH}>
      <h1>Activity</h1>
      <p class="soft">
        What people and scripts did here, for as long as bodies are kept. A script with the admin
        token is “admin API”; a person who signed in with it is “Admin token”.
      </p>
      {isCursor ? null : <Notice bad>That is no place in this list.</Notice>}
      {rows.length === 0 ? (
        <Empty>No activity yet.</Empty>
      ) : (
        <Table caption="Activity, newest first" columns={columns} rows={rows} />
      )}
      <Pager
        newest={cursor === undefined ? null : PATH}
        older={next === null ? null : `${PATH}?cursor=${String(next)}`}
        found={rows.length}
      />
    </Page>,
    isCursor ? 200 : 400,
  );
}

/** Failed and quarantined events: what went wrong; they can be replayed one by one or together. */
import { nameType } from "../../../events/form-words";
import {
  listTroubled,
  type TroubledEvent,
  type TroubledStatus,
} from "../../../store/inbox/inspection";
import { countTroubled, type TroubledCounts } from "../../../store/overview";
import { withQuery } from "../../links";
import { clip, count, visible } from "../../text";
import type { PageContext } from "../../page-context";
import { EventTabs } from "./event-tabs";
import { ActionForm, Badge, Empty, Notice, Pager, Ref, Table, Tabs, Text, Time } from "../parts";
import { Page, show } from "../page";

const PATH = "/console/troubled";
const PAGE_ROWS = 50;

const kinds = [
  [undefined, "All"],
  ["failed", "Failed"],
  ["quarantined", "Quarantined"],
] as const;

function KindTabs(props: {
  readonly status: TroubledStatus | undefined;
  readonly of: TroubledCounts;
}) {
  const { status, of } = props;
  const number = (kind: TroubledStatus | undefined): number =>
    kind === undefined ? of.failed + of.quarantined : of[kind];
  const tabs = kinds.map(([kind, name]) => ({
    to: withQuery(PATH, { status: kind }),
    name,
    isHere: kind === status,
    count: number(kind),
  }));
  return <Tabs label="Which" of={tabs} />;
}

function Rows({ rows }: { readonly rows: readonly TroubledEvent[] }) {
  return (
    <form method="post" action="/console/replay" id="chosen">
      <label hidden>
        <input type="checkbox" id="choose-all" /> Select all on this page
      </label>
      <Table
        caption="What needs a person, newest first"
        rows={rows}
        columns={[
          {
            head: "Select",
            cell: ({ id, event_type: type }) => (
              <input
                type="checkbox"
                name="event"
                value={encodeURIComponent(id)}
                aria-label={`Select ${clip(visible(`${nameType(type)} ${id}`), 80)}`}
              />
            ),
          },
          {
            head: "Type",
            as: "word",
            cell: ({ id, event_type: type }) => <Ref to="events" id={id} label={nameType(type)} />,
          },
          { head: "Status", cell: ({ status }) => <Badge status={status} /> },
          { head: "Order", cell: ({ linked_order: order }) => <Ref to="orders" id={order} /> },
          { head: "Received", cell: ({ received_at: at }) => <Time at={at} /> },
          { head: "Attempts", number: true, cell: ({ attempts }) => attempts },
          { head: "What is wrong", cell: ({ error }) => <Text of={error} whole /> },
        ]}
      />
    </form>
  );
}

interface TroubledProps {
  readonly who: string;
  readonly status: TroubledStatus | undefined;
  readonly counts: TroubledCounts;
  readonly rows: readonly TroubledEvent[];
  readonly before: number | undefined;
  readonly notice: string | null;
}

function All({ status, number }: { readonly status: TroubledStatus; readonly number: number }) {
  const name = status === "failed" ? "failed event" : "quarantined event";
  if (number === 0) return null;
  return (
    <ActionForm
      to="/console/replay"
      fields={{ status }}
      label={`Replay all ${number.toLocaleString("en")} ${status === "failed" ? "failed" : "quarantined"}`}
      ask={
        <p>
          {`${count(number, name)} will be replayed, oldest first, at most 1,000 at once. `}
          Replaying is safe: what is applied already changes nothing, and nobody is told twice.
        </p>
      }
    />
  );
}

function TroubledPage({ who, status, counts, rows, before, notice }: TroubledProps) {
  const last = rows.length === PAGE_ROWS ? rows.at(-1)?.event_row : undefined;
  return (
    <Page title="Failed and quarantined events" who={who} path={PATH}>
      <EventTabs here={PATH} />
      <h1>Failed and quarantined events</h1>
      {notice === null ? null : <Notice bad>{notice}</Notice>}
      <p class="soft">
        Failed: not applied after all retries. Quarantined: not understood. Open one to see what to
        do.
      </p>
      <KindTabs status={status} of={counts} />
      {rows.length === 0 ? (
        <Empty>Nothing. Every event could be understood and applied.</Empty>
      ) : (
        <>
          <div class="actions">
            <button form="chosen">Replay selected</button>
            {(["failed", "quarantined"] as const)
              .filter((kind) => status === undefined || status === kind)
              .map((kind) => (
                <All status={kind} number={counts[kind]} />
              ))}
          </div>
          <Rows rows={rows} />
        </>
      )}
      <Pager
        newest={before === undefined ? null : withQuery(PATH, { status })}
        older={last === undefined ? null : withQuery(PATH, { status, cursor: last })}
        found={rows.length}
      />
    </Page>
  );
}

const notices: Readonly<Record<string, string>> = {
  none: "Nothing was selected.",
  gone: "Nothing was replayed: what was selected is settled by now, or its body is gone.",
};

export async function troubled({ c, deps, who }: PageContext) {
  const wanted = c.req.query("status");
  const status = wanted === "failed" || wanted === "quarantined" ? wanted : undefined;
  const cursor = c.req.query("cursor") ?? "";
  const before = /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
  const [counts, rows] = await Promise.all([
    countTroubled(deps.db),
    listTroubled(deps.db, PAGE_ROWS, { status, before }),
  ]);
  const notice = notices[c.req.query("notice") ?? ""] ?? null;
  return show(c, <TroubledPage {...{ who, status, counts, rows, before, notice }} />);
}

/** Refused deliveries of the last day: why, since when, and what to do. */
import { isQuietHour, loadRefusedHours, type RefusalCount } from "../../../store/inbox/refusals";
import { checkHealth, type Health } from "../../health";
import { wordsFor } from "../../refusal-words";
import { capital, count } from "../../text";
import type { PageContext } from "../../page-context";
import { EventTabs } from "./event-tabs";
import { Empty, Notice, Part, Table, Text, Time } from "../parts";
import { Page, show } from "../page";

interface ReasonRow {
  readonly reason: string;
  readonly lastHour: number;
  readonly day: number;
  readonly lastAt: string;
}

/** The most frequent reasons of the last hour first. */
function byReason(hours: readonly RefusalCount[], health: Health): readonly ReasonRow[] {
  const rows = new Map<string, ReasonRow>();
  for (const { reason, deliveries, last_at: at } of hours) {
    const { day = 0, lastAt = at } = rows.get(reason) ?? {};
    const lastHour = health.refused[reason] ?? 0;
    rows.set(reason, { reason, lastHour, day: day + deliveries, lastAt });
  }
  return [...rows.values()].toSorted((a, b) => b.lastHour - a.lastHour || b.day - a.day);
}

function Reasons({ rows }: { readonly rows: readonly ReasonRow[] }) {
  return (
    <Table
      caption="Refused deliveries by reason"
      rows={rows}
      columns={[
        { head: "Reason", as: "word", cell: ({ reason }) => capital(reason) },
        {
          head: "Last hour",
          number: true,
          cell: ({ lastHour }) => lastHour.toLocaleString("en"),
        },
        { head: "24 hours", number: true, cell: ({ day }) => day.toLocaleString("en") },
        { head: "Last", cell: ({ lastAt }) => <Time at={lastAt} /> },
        {
          head: "What it means, and what to do",
          cell: ({ reason }) => `${wordsFor(reason).means} ${wordsFor(reason).advice}`,
        },
      ]}
    />
  );
}

interface HourRow {
  readonly hour: string;
  readonly deliveries: number;
  /** `212 wrong signature, 1 too large` */
  readonly reasons: string;
}

/** Hours come newest first; within an hour, the most frequent reason comes first. */
function byHour(hours: readonly RefusalCount[]): readonly HourRow[] {
  return [...Map.groupBy(hours, ({ hour }) => hour)].map(([hour, counts]) => ({
    hour,
    deliveries: counts.reduce((sum, { deliveries }) => sum + deliveries, 0),
    reasons: counts
      .map(({ reason, deliveries }) => `${deliveries.toLocaleString("en")} ${reason}`)
      .join(", "),
  }));
}

function Hours({ rows }: { readonly rows: readonly HourRow[] }) {
  return (
    <Table
      caption="Refused deliveries by the hour, newest first"
      rows={rows}
      columns={[
        { head: "From", cell: ({ hour }) => <Time at={`${hour}:00:00.000Z`} /> },
        {
          head: "Deliveries",
          number: true,
          cell: ({ deliveries }) => deliveries.toLocaleString("en"),
        },
        { head: "Reasons", cell: ({ reasons }) => <Text of={reasons} whole /> },
      ]}
    />
  );
}

/** The current state; a warning if deliveries are refused and no event arrives. */
function Summary({ health, now }: { readonly health: Health; readonly now: Date }) {
  const { refused_last_hour: refusedLastHour, last_received_at: last, locked_out } = health;
  const isQuiet = refusedLastHour > 0 && isQuietHour(last, now.toISOString());
  const said =
    refusedLastHour === 0
      ? "None was refused in the last hour"
      : `${count(refusedLastHour, "delivery was", "deliveries were")} refused in the last hour`;
  const text = (
    <>
      {`${said}${isQuiet ? ", and no event came in that time" : ""}. `}
      {last === null ? (
        "No event has ever come."
      ) : (
        <>
          The last event came <Time at={last} />.
        </>
      )}
    </>
  );
  return locked_out ? <Notice bad>{text}</Notice> : <p>{text}</p>;
}

interface RefusedProps {
  readonly who: string;
  readonly health: Health;
  readonly hours: readonly RefusalCount[];
  readonly now: Date;
}

function RefusedPage({ who, health, hours, now }: RefusedProps) {
  return (
    <Page title="Refused deliveries" who={who} path="/console/refused">
      <EventTabs here="/console/refused" />
      <h1>Refused deliveries</h1>
      <Summary health={health} now={now} />
      {hours.length === 0 ? (
        <Empty>None within the last 24 hours.</Empty>
      ) : (
        <>
          <Part id="reasons" title="By reason">
            <Reasons rows={byReason(hours, health)} />
          </Part>
          <Part id="hours" title="By the hour">
            <Hours rows={byHour(hours)} />
          </Part>
        </>
      )}
      <p class="soft">
        Only counts are kept, nothing of a delivery; the latest half minute may be missing.{" "}
        <code>npx ce-webhooks doctor</code> checks the set-up, and the runbook (docs/runbook.md,
        Deliveries are refused) says what to do.
      </p>
    </Page>
  );
}

export async function refused({ c, deps, who }: PageContext) {
  const now = deps.now();
  const [health, hours] = await Promise.all([
    checkHealth(deps),
    loadRefusedHours(deps.db, now.toISOString()),
  ]);
  return show(c, <RefusedPage {...{ who, health, hours, now }} />);
}

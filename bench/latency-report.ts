/** The section of bench/results.md about receipts and freshness with D1 and queues at a distance. */
import { DRAIN_SECONDS, type LatencyResult, type LatencyRow, SERVED } from "./latency.ts";
import { DELAYS } from "./servers/at-distance.ts";
import { barChart, fixed, type Spread, table, verdict, whole } from "./statistics.ts";

const OURS = "this receiver";
/** The limits of a receipt in milliseconds: one write and 5 ms at the median, two writes and 20 ms at p99. */
const P50_MS = DELAYS.write + 5;
const P99_MS = 2 * DELAYS.write + 20;
const SALE_P99_MS = 250;
const APPLIED_P95_MS = 1_500;

const cells = ({ p50, p95, p99, p999 }: Spread, names: readonly (keyof Spread)[]): string[] => {
  const all = { p50, p95, p99, p999 };
  return names.map((name) => whole(all[name]));
};

function receiptRow(row: LatencyRow): readonly string[] {
  const { receipt, rest } = row.used;
  return [
    row.scenario,
    row.contender,
    whole(row.deliveries),
    String(row.failed),
    ...cells(row.receiptMs, ["p50", "p99", "p999"]),
    whole(row.peakMs.p99),
    fixed(receipt.trips / row.deliveries),
    fixed(receipt.statements / row.deliveries),
    fixed((receipt.statements + rest.statements) / row.deliveries),
    `${fixed(row.queuedShare * 100, 1)} %`,
    `${fixed(row.busyShare * 100, 0)} %`,
    whole(row.longestLineMs),
  ];
}

const none = ["–", "–", "–"];

function freshRow(row: LatencyRow): readonly string[] {
  const drained =
    row.drainedMs === null
      ? `${whole(row.left)} events, ${whole(row.unsent)} messages left after ${DRAIN_SECONDS} s`
      : `${fixed(row.drainedMs / 1000, 1)} s`;
  return [
    row.scenario,
    row.contender,
    ...(row.appliedMs === null ? none : cells(row.appliedMs, ["p50", "p95", "p99"])),
    ...(row.sentMs === null ? none : cells(row.sentMs, ["p50", "p95", "p99"])),
    drained,
    String(row.toldTwice ?? "–"),
  ];
}

function verdicts(rows: readonly LatencyRow[]): readonly (readonly string[])[] {
  const of = (scenario: string): LatencyRow | undefined =>
    rows.find((row) => row.contender === OURS && row.scenario === scenario);
  const busy = of("200 a second");
  const quiet = of("20 a second");
  const sale = of("sale");
  const at = (
    what: string,
    value: number | undefined,
    most: number,
  ): readonly (readonly string[])[] =>
    value === undefined ? [] : [[what, whole(value), verdict(Math.round(value), most, true)]];
  return [
    ...at("200 a second: p50 ms", busy?.receiptMs.p50, P50_MS),
    ...at("200 a second: p99 ms", busy?.receiptMs.p99, P99_MS),
    ...at("sale: p99 ms", sale?.receiptMs.p99, SALE_P99_MS),
    ...at("sale: failed", sale?.failed, 0),
    ...at("sale: not applied at the end", sale?.left, 0),
    ...at("sale: told twice", sale?.toldTwice, 0),
    ...at("sale: drained after, s", (sale?.drainedMs ?? Infinity) / 1000, DRAIN_SECONDS),
    ...at("20 a second: applied, p95 ms", quiet?.appliedMs?.p95, APPLIED_P95_MS),
  ];
}

/** Why receipts take longer than a write. */
function bounds(rows: readonly LatencyRow[]): string {
  const at = (contender: string): LatencyRow | undefined =>
    rows.find((row) => row.contender === contender && row.scenario === "200 a second");
  const [own, least] = [at(OURS), at("least Worker")];
  if (own === undefined || least === undefined) return "";
  const { p50, p99 } = least.receiptMs;
  return `What bounds a receipt: the least Worker, which applies nothing, takes ${whole(p50)} ms (p99: ${whole(p99)}) at 200 a second,
since requests wait for each other to share a statement. Receipts here also wait behind the consumer and the
dispatch, ${whole(own.longestLineMs)} ms at most: D1 serves one query at a time, and a batch of statements is one.`;
}

export function latencySection({ rows }: LatencyResult): string {
  return `## With D1 at a distance

Around the bindings of each Worker stands what production adds: a round trip to D1 (${DELAYS.read} ms to read, ${DELAYS.write} ms to
write, each within a quarter of that), a D1 that serves one query at a time (${DELAYS.statement} ms a statement and
${DELAYS.row} ms a row written), and ${DELAYS.send} ms for a send to a queue. What the local D1 and queues really take is part of
these delays. As on the platform, nothing shares a thread with the receipts: D1 is a process of its own, the
queues are another, and what they hand over goes to a second process of the same Worker, as does its cron, with a lower
priority. All of them, and the sender, share the processors of this machine. Providers answer at once. Deliveries arrive
by a clock, with random gaps, and are timed from the moment at which they were due.

The sale is a third of the ${SERVED} receipts a second that this D1 serves one by one (${Math.round(SERVED / 3)}), then four times that,
then a third again. In the last scenario D1 takes four times as long for each statement and row.

${barChart(
  "Receipts of the sale, p99",
  "ms",
  rows
    .filter(({ scenario }) => scenario === "sale")
    .map(({ contender, receiptMs }) => [contender, receiptMs.p99]),
)}

${table(
  [
    "load",
    "receiver",
    "deliveries",
    "failed",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "p99 ms at the peak",
    "round trips a receipt",
    "statements a receipt",
    "statements an event in all",
    "stored by the queue alone",
    "D1 busy",
    "longest line of D1, ms",
  ],
  rows.map(receiptRow),
)}

${bounds(rows)}

From arrival to applied, and to sent (messages without a delay); events come shuffled, so a message may wait until the
order with its recipient has come, and is asked again after half a minute; and how long it took after the last arrival until
nothing was left. "Told twice" counts the requests that a provider got again for a message that it had accepted: by its
key, and where a provider takes none, beyond one for each message. The least Worker applies nothing. The local queue hands over one batch at a time; the platform
starts more consumers as a queue grows.

${table(
  [
    "load",
    "receiver",
    "applied p50 ms",
    "p95",
    "p99",
    "sent p50 ms",
    "p95",
    "p99",
    "drained after",
    "told twice",
  ],
  rows.filter(({ appliedMs }) => appliedMs !== null).map(freshRow),
)}

${table(["this receiver", "measured", ""], verdicts(rows))}`;
}

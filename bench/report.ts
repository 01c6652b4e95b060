/** Writes bench/results.md from the measurements. */
import { cpus, release, totalmem } from "node:os";
import type { ConsoleResult } from "./console.ts";
import type { ConsumeResult } from "./consume.ts";
import type { GrowthResult } from "./growth.ts";
import type { IsolateName, IsolateResult } from "./isolate.ts";
import { latencySection } from "./latency-report.ts";
import type { LatencyResult } from "./latency.ts";
import { ledgerSection } from "./ledger-report.ts";
import type { LedgerResult } from "./ledger.ts";
import type { ReceiveResult } from "./receive.ts";
import type { SizeResult } from "./size.ts";
import { barChart, fixed, median, medianRatio, table, verdict, whole } from "./statistics.ts";

/** Each part with the day of its measurement. */
export interface Results {
  readonly receive?: ReceiveResult;
  readonly isolate?: IsolateResult;
  readonly latency?: LatencyResult;
  readonly consume?: ConsumeResult;
  readonly ledger?: LedgerResult;
  readonly growth?: GrowthResult;
  readonly console?: ConsoleResult;
  readonly size?: SizeResult;
  readonly measured: Readonly<Record<string, string>>;
}

function receiveSection(result: ReceiveResult): string {
  const rates = (name: string): readonly number[] =>
    (result.rounds[name] ?? []).map(({ perSecond }) => perSecond);
  const rows = result.contenders.map(({ name, label }) => {
    const own = result.rounds[name] ?? [];
    return [
      name,
      label,
      whole(median(rates(name))),
      fixed(medianRatio(rates(name), rates("b"))),
      fixed(median(own.map(({ p50Ms }) => p50Ms)), 0),
      fixed(median(own.map(({ p99Ms }) => p99Ms)), 0),
      fixed(median(own.map(({ cpuMsPerEvent }) => cpuMsPerEvent))),
      String(own.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  const ratios = (
    [
      ["a", "c", 3],
      ["a0", "c0", 3],
      ["a0", "h", 0.9],
      ["a", "b", 0.45],
    ] as const
  ).map(([ours, base, aim]) => {
    const ratio = medianRatio(rates(ours), rates(base));
    return [`${ours} : ${base}`, fixed(ratio), verdict(Number(fixed(ratio)), aim)];
  });
  const limits = (
    [
      ["h", "b"],
      ["h0", "b"],
      ["h", "e"],
      ["a0", "e"],
    ] as const
  ).map(([one, base]) => [`${one} : ${base}`, fixed(medianRatio(rates(one), rates(base)))]);
  return `## Receive

Deliveries answered 200, a second; medians over ${rates("a").length} rounds in which each receiver had its turn,
after ${whole(result.warmUp)} deliveries to each. An isolate has 128 MB of heap, as on the
platform. CPU is that of the serving processes, applying and the local D1 and queues included; those
share one thread with the Worker here, which they do not on the platform.

${barChart(
  "Deliveries answered",
  "a second",
  result.contenders.map(({ name, label }) => [
    `${name}: ${label.split(/[:,]/)[0] ?? ""}`,
    median(rates(name)),
  ]),
)}

${table(["", "receiver", "a second", ": b", "p50 ms", "p99 ms", "CPU ms an event", "errors"], rows)}

${table(["ratio", "measured", ""], ratios)}

What can be reached here: h verifies, takes the id, and shares an INSERT and a \`sendBatch\` with the
requests that wait at the same time; h0 sends nothing. Nothing does less and still makes an event durable
in D1. e is no aim: Express with SQLite in its own process pays no way to a database or a queue.

${table(["ratio", "measured"], limits)}

Not run: ${result.notRun.join("; ")}.`;
}

/** The maximum CPU time of a receipt, as a multiple of the other Worker's. */
const CPU_MOST: Readonly<Partial<Record<IsolateName, number>>> = {
  "verifies only": 1.8,
  "the least that stores and sends, in groups": 1.1,
};

function isolateSection({ rounds, functions }: IsolateResult): string {
  const own = rounds["this receiver"];
  const rows = Object.entries(rounds).map(([name, spent]) => {
    const most = CPU_MOST[name as IsolateName];
    const ratio = medianRatio(own, spent);
    return [
      name,
      fixed(median(spent), 3),
      most === undefined ? "" : fixed(ratio),
      most === undefined ? "" : verdict(Number(fixed(ratio)), most, true),
    ];
  });
  const least = medianRatio(
    rounds["the least that stores and sends, in groups"],
    rounds["verifies only"],
  );
  return `## CPU of a receipt

Of the Worker's own isolate, as V8's profiler sees it under the load of the section above: its functions and its garbage
collection. The platform bills that. D1 and the queues are other isolates here, and are not in it.

${table(["receiver", "CPU ms a receipt", "this receiver : it", ""], rows)}

The least Worker itself costs ${fixed(least)} times what the verifying one costs: to make an event durable at all, a receipt
has to wait for D1.

Where this receiver spends it; what is native (verifying, reading the body) counts for the function that calls it:

${table(
  ["function", "share"],
  functions.map(([name, share]) => [`\`${name}\``, `${fixed(share * 100, 1)} %`]),
)}`;
}

const CONSUME_AIM = 8;
const CONSUME_BATCH = 100;

function consumeSection({ ours, applying, naive, single, statements }: ConsumeResult): string {
  const ratio = medianRatio(ours, naive);
  const aimMs = (CONSUME_BATCH * 1000) / (CONSUME_AIM * median(naive));
  return `## Consume

Batches of 100 whole messages through the consumer into D1, beside a consumer that does one upsert an
event and nothing else: no outbox, no links, no sums, no status of the event.

${table(
  ["consumer", "events a second"],
  [
    ["this receiver", whole(median(ours))],
    ["its D1 batches alone, read and understood beforehand", whole(median(applying))],
    ["naive", whole(median(naive))],
    ["this receiver, one event at a time", whole(median(single))],
  ],
)}

${fixed(ratio, 1)} times the naive consumer: ${verdict(Number(fixed(ratio, 1)), CONSUME_AIM)};
${fixed(medianRatio(ours, single), 1)} times the same work one event at a time. The D1 batches alone come
to ${fixed(medianRatio(applying, naive), 1)} times the naive consumer: that much is left if decoding cost nothing.

A batch of 100 takes ${fixed(statements.batchMs, 1)} ms, of which D1 counts ${fixed(statements.d1Ms, 1)} ms for its statements; the rest is decoding,
the Worker, and the way to D1 and back. ${CONSUME_AIM} times the naive consumer would be a batch in ${fixed(aimMs, 1)} ms, so D1's own time
leaves ${fixed(Math.max(0, aimMs - statements.d1Ms), 1)} ms for everything else.

${table(
  ["statement", "a batch", "ms", "share of D1's time", "rows written"],
  statements.byStatement.map(({ what, aBatch, ms, rowsWritten }) => [
    `\`${what}\``,
    fixed(aBatch, 1),
    fixed(ms),
    `${fixed((100 * ms) / statements.d1Ms, 0)} %`,
    fixed(rowsWritten, 1),
  ]),
)}`;
}

function growthSection({ sizes, receive, consume }: GrowthResult): string {
  const rate = (size: number): readonly number[] =>
    (receive[size] ?? []).map(({ perSecond }) => perSecond);
  const [first = 0] = sizes;
  const last = sizes.at(-1) ?? 0;
  const rows = sizes.map((size) => [
    whole(size),
    whole(median(rate(size))),
    fixed(medianRatio(rate(size), rate(first))),
    whole(median(consume[size] ?? [])),
    fixed(medianRatio(consume[size] ?? [], consume[first] ?? [])),
  ]);
  const received = medianRatio(rate(last), rate(first));
  const consumed = medianRatio(consume[last] ?? [], consume[first] ?? []);
  return `## Growth

${table(["stored events", "received a second", "ratio", "consumed a second", "ratio"], rows)}

Receive ${verdict(Number(fixed(received)), 0.9)}; consume ${verdict(Number(fixed(consumed)), 0.9)}.`;
}

const PAGE_MAX_MS = 50;

function consoleSection({ events, pages }: ConsoleResult): string {
  const rows = Object.entries(pages).map(([path, times]) => {
    const slowest =
      times.toSorted((a, b) => a - b).at(Math.floor(times.length * 0.9)) ?? Number.NaN;
    const shown = path.replaceAll(/=20[\d:T.-]+Z/g, "=…").replace(/cursor=\d+/, "cursor=…");
    return [`\`${decodeURIComponent(shown)}\``, fixed(median(times), 1), fixed(slowest, 1)];
  });
  const worst = Math.max(...Object.values(pages).map(median));
  return `## Console

With ${whole(events)} events stored, 2,000 of them not counted yet; from request to whole answer over HTTP on
loopback, the local D1 included, which shares its thread with the Worker here.

${table(["", "median ms", "p90 ms"], rows)}

The slowest page: ${fixed(worst, 1)} ms, ${verdict(Number(fixed(worst, 1)), PAGE_MAX_MS, true)}.`;
}

function sizeSection({ gzippedKiB, ours, smallest }: SizeResult): string {
  return `## Size and start

The bundle is ${fixed(gzippedKiB, 1)} KiB gzipped: ${verdict(Number(fixed(gzippedKiB, 1)), 250, true)}. From the start of workerd to the first
answer it takes ${fixed(medianRatio(ours, smallest))} times as long as a Worker that only verifies (${whole(median(ours))} and ${whole(median(smallest))} ms here).`;
}

export function report(results: Results, versions: string): string {
  const own = results.receive?.rounds["a"] ?? [];
  const cpuMs = own.length === 0 ? 1 : median(own.map(({ cpuMsPerEvent }) => cpuMsPerEvent));
  const [cpu] = cpus();
  const machine = `${cpu?.model.trim() ?? "unknown"}, ${cpus().length} cores, ${whole(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  const dates = Object.entries(results.measured).map(([part, day]) => `${part} ${day}`);
  const sections = [
    results.receive === undefined ? null : receiveSection(results.receive),
    results.isolate === undefined ? null : isolateSection(results.isolate),
    results.latency === undefined ? null : latencySection(results.latency),
    results.consume === undefined ? null : consumeSection(results.consume),
    results.ledger === undefined ? null : ledgerSection(results.ledger, cpuMs),
    results.growth === undefined ? null : growthSection(results.growth),
    results.console === undefined ? null : consoleSection(results.console),
    results.size === undefined ? null : sizeSection(results.size),
  ].filter((section) => section !== null);
  return `# Measurements

Made by \`npm run bench\`; change nothing here by hand. Ratios compare what ran in turns in one run;
absolute figures are those of one machine. The raw figures of every round are in [results.json](results.json).

${machine}; ${versions}. Measured: ${dates.join(", ")}.

${sections.join("\n\n")}
`;
}

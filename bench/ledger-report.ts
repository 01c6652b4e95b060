/** The section of bench/results.md about the use and the price of an event. */
import type { Entry, LedgerResult } from "./ledger.ts";
import { OPERATIONS_A_MESSAGE, priceOfMillion, PRICES } from "./prices.ts";
import { fixed, table, verdict } from "./statistics.ts";

/** What parts of the work add to an event, in rows written and in dollars for a million events. */
function partsTable(mix: readonly Entry[]): string {
  const of = (channels: string): Entry | undefined =>
    mix.find((entry) => entry.channels === channels && entry.batch === 10);
  const [all, forwarding] = [of("e-mail, SMS, team"), of("e-mail, SMS, team, one endpoint")];
  if (all === undefined || forwarding === undefined) return "";
  const writes = Object.values(all.writes).flatMap((by) => Object.entries(by));
  const written = (table: string): number =>
    writes.reduce((sum, [what, rows]) => sum + (what.endsWith(` ${table}`) ? rows : 0), 0);
  const operations = forwarding.queueOperations - all.queueOperations;
  const row = (part: string, rows: number, queueOperations = 0): readonly string[] => [
    part,
    fixed(rows),
    `$${fixed(rows * PRICES.rowsWritten + queueOperations * PRICES.queueOperations)}`,
  ];
  return table(
    ["part", "rows an event", "a million events"],
    [
      row("messages, all channels (in the sums above)", written("notifications")),
      row("search: what an order is found by (in the sums above)", written("order_contacts")),
      row(
        "forwarding to one endpoint, which takes every event",
        forwarding.rowsWritten - all.rowsWritten,
        operations,
      ),
      row("archiving and purging, once the event has expired", all.retentionRows),
    ],
  );
}

/** Billed requests per event: the delivery, and its share of the runs of a consumer and a dispatch. */
function usageOf(entry: Entry, cpuMs: number) {
  return { ...entry, requests: 1, cpuMs };
}

function mixRow(entry: Entry, cpuMs: number): readonly string[] {
  return [
    entry.channels,
    String(entry.batch),
    fixed(entry.messages),
    fixed(entry.sent),
    fixed(entry.rowsWritten),
    fixed(entry.rowsRead, 1),
    fixed(entry.trips),
    fixed(entry.queueOperations),
    `$${fixed(priceOfMillion(usageOf(entry, cpuMs)))}`,
  ];
}

function writesTable({ writes }: Entry): string {
  const rows = Object.entries(writes).flatMap(([step, by]) =>
    Object.entries(by).map(([what, written]) => [step, `\`${what}\``, fixed(written)]),
  );
  return table(["step", "statement", "rows an event"], rows);
}

export function ledgerSection({ mix, types }: LedgerResult, cpuMs: number): string {
  const largest = mix.find((entry) => entry.channels === "e-mail, SMS, team" && entry.batch === 10);
  const plain = mix.find((entry) => entry.channels === "e-mail, team" && entry.batch === 10);
  const head = ["", "rows written", "rows read", "round trips", "queue operations"];
  const byType = types.map(({ type, entry }) => [
    `\`${type}\``,
    fixed(entry.rowsWritten),
    fixed(entry.rowsRead, 1),
    fixed(entry.trips),
    fixed(entry.queueOperations),
  ]);
  const price = (entry: Entry): number => priceOfMillion(usageOf(entry, cpuMs));
  const verdicts = [largest, plain].flatMap((entry) =>
    entry === undefined
      ? []
      : [
          [
            `${entry.channels}, batches of ${entry.batch}: rows written`,
            fixed(entry.rowsWritten),
            verdict(Number(fixed(entry.rowsWritten)), 8.5, true),
          ],
          [
            `${entry.channels}, batches of ${entry.batch}: dollars a million`,
            fixed(price(entry)),
            verdict(Number(fixed(price(entry))), 10, true),
          ],
        ],
  );
  return `## Ledger

What one event of a shop's day uses on average, from receipt to the last message; a batch is what the
queue hands over at once: 1 in a quiet shop, more the busier it is. Indexes count as rows written.

${table(
  [
    "channels",
    "batch",
    "messages",
    "sent",
    "rows written",
    "rows read",
    "round trips",
    "queue operations",
    "a million events",
  ],
  mix.map((entry) => mixRow(entry, cpuMs)),
)}

${table(["", "measured", ""], verdicts)}

What parts of it add (e-mail, SMS, team, batches of 10):

${partsTable(mix)}

By type, one event at a time, all channels on:

${table(head, byType)}

Where the rows go (${largest?.channels ?? ""}, batches of ${largest?.batch ?? 0}):

${largest === undefined ? "" : writesTable(largest)}

Prices, in dollars a million, as of ${PRICES.asOf}: rows written ${PRICES.rowsWritten}, rows read ${PRICES.rowsRead}, queue operations
${PRICES.queueOperations} (${OPERATIONS_A_MESSAGE} a message), requests ${PRICES.requests}, CPU ${PRICES.cpuMs} a million ms (${fixed(cpuMs)} ms an event, as measured above). What the plan
includes for nothing is not taken off.`;
}

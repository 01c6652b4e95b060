/** The cost of an event: round trips, rows, queue operations; by step, by statement, by type. */
import { startStep } from "../testbed/terminal/progress.ts";
import { createDay } from "../testbed/stories/index.ts";
import { CHANNELS, type ChannelSet } from "./channels.ts";
import { OPERATIONS_A_MESSAGE } from "./prices.ts";
import { call, startWorker } from "./servers/workers.ts";

const ORDERS = 60;
/** The number of events that the queue delivers at once. */
const batches = [1, 10, 100] as const;

export interface Counted {
  readonly sql: string;
  readonly read: number;
  readonly written: number;
}

interface Answer {
  readonly steps: Readonly<Record<string, readonly Counted[]>>;
  readonly trips: Readonly<Record<string, number>>;
  readonly wakeUpCalls: number;
  readonly messages: readonly {
    readonly channel: string;
    readonly status: string;
    readonly messages: number;
  }[];
  /** Rows written once everything has expired. */
  readonly retention: number;
}

/** The average use of one event. */
export interface Entry {
  readonly channels: ChannelSet;
  readonly batch: number;
  readonly events: number;
  readonly messages: number;
  readonly sent: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly trips: number;
  readonly receiptTrips: number;
  readonly consumeTripsABatch: number;
  readonly queueOperations: number;
  /** Rows written once the event and its messages have expired; not in the rows above. */
  readonly retentionRows: number;
  /** Rows written, by step and then by the effect of the statement. */
  readonly writes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** `INSERT INTO orders`, `UPDATE notifications`: the statement and its table. */
export function nameOf(sql: string): string {
  const text = sql.replaceAll(/\s+/g, " ");
  const found = /(INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) ([a-z_]+)/.exec(text);
  return found === null ? "reads" : `${found[1] ?? ""} ${found[2] ?? ""}`;
}

/** The same with the first column that it sets, which distinguishes two updates of one table. */
export function whatOf(sql: string): string {
  const column = /\bSET\s+([a-z_]+)/.exec(sql.replace(/^[^]*?\bUPDATE\b/, "UPDATE"))?.[1];
  const what = nameOf(sql);
  return what.startsWith("UPDATE") && column !== undefined ? `${what} SET ${column}` : what;
}

export function summarize(
  answer: Answer,
  { channels, batch, events }: { channels: ChannelSet; batch: number; events: number },
): Entry {
  const all = Object.values(answer.steps).flat();
  const sum = (pick: (one: Counted) => number): number =>
    all.reduce((total, one) => total + pick(one), 0);
  const writes = Object.fromEntries(
    Object.entries(answer.steps).map(([step, statements]) => {
      const by: Record<string, number> = {};
      for (const { sql, written } of statements) {
        if (written > 0) by[nameOf(sql)] = (by[nameOf(sql)] ?? 0) + written / events;
      }
      return [step, by] as const;
    }),
  );
  const trips = Object.values(answer.trips).reduce((total, one) => total + one, 0);
  const messages = answer.messages.reduce((total, one) => total + one.messages, 0);
  const sent = answer.messages
    .filter(({ status }) => status === "sent")
    .reduce((total, one) => total + one.messages, 0);
  const sends = events + answer.wakeUpCalls;
  return {
    channels,
    batch,
    events,
    messages: messages / events,
    sent: sent / events,
    rowsWritten: sum(({ written }) => written) / events,
    rowsRead: sum(({ read }) => read) / events,
    trips: trips / events,
    receiptTrips: (answer.trips["receipt"] ?? 0) / Math.ceil(events / batch),
    consumeTripsABatch: (answer.trips["consume"] ?? 0) / Math.ceil(events / batch),
    queueOperations: (sends * OPERATIONS_A_MESSAGE) / events,
    retentionRows: answer.retention / events,
    writes,
  };
}

export interface LedgerResult {
  readonly mix: readonly Entry[];
  readonly types: readonly { readonly type: string; readonly entry: Entry }[];
}

/** A shop's events in the order in which they happen; orders overlap. */
function day(): readonly { readonly type: string; readonly payload: string }[] {
  const stories = createDay({
    seed: 7,
    orders: ORDERS,
    endsAtMs: Date.now(),
    firstNumber: 500_001,
  });
  return stories
    .flatMap((story) => story.events.map((event, place) => ({ event, place })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => ({ type: event.event_type, payload: JSON.stringify(event) }));
}

async function account(
  channels: ChannelSet,
  batch: number,
  groups: readonly (readonly string[])[],
  later: boolean,
): Promise<readonly Answer[]> {
  const server = await startWorker({
    entry: "bench/workers/inside.ts",
    settings: CHANNELS[channels],
    archives: true,
  });
  try {
    const answers: Answer[] = [];
    for (const payloads of groups) {
      answers.push((await call(server, "/ledger", { payloads, batch, later })) as Answer);
    }
    return answers;
  } finally {
    await server.close();
  }
}

export async function benchLedger(): Promise<LedgerResult> {
  const events = day();
  const payloads = events.map(({ payload }) => payload);
  const mix: Entry[] = [];
  const sets = Object.keys(CHANNELS) as ChannelSet[];
  const step = startStep("ledger");
  for (const channels of sets) {
    for (const batch of batches) {
      const [answer] = await account(channels, batch, [payloads], true);
      if (answer !== undefined)
        mix.push(summarize(answer, { channels, batch, events: payloads.length }));
      step.update(mix.length, sets.length * batches.length + 1);
    }
  }
  // By type: each event alone, in the order of the day, so that it finds the rows of earlier events.
  const answers = await account(
    "e-mail, SMS, team",
    1,
    payloads.map((payload) => [payload]),
    false,
  );
  const types = [...new Set(events.map(({ type }) => type))].toSorted().map((type) => {
    const own = answers.filter((_, index) => events[index]?.type === type);
    const steps: Record<string, Counted[]> = {};
    const trips: Record<string, number> = {};
    for (const answer of own) {
      for (const [name, statements] of Object.entries(answer.steps)) {
        (steps[name] ??= []).push(...statements);
      }
      for (const [name, count] of Object.entries(answer.trips)) {
        trips[name] = (trips[name] ?? 0) + count;
      }
    }
    const wakeUpCalls = own.reduce((sum, answer) => sum + answer.wakeUpCalls, 0);
    const joined = { steps, trips, wakeUpCalls, messages: [], retention: 0 };
    const entry = summarize(joined, {
      channels: "e-mail, SMS, team",
      batch: 1,
      events: own.length,
    });
    return { type, entry };
  });
  step.done(`${payloads.length} events of ${ORDERS} orders, ${mix.length} ways, and by type`);
  return { mix, types };
}

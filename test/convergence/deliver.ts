/** Brings events to the real consumer and the real D1, in the batches of a schedule. */
import type { StoredEvent } from "../../src/projection/decoded-event";
import type { InterpretOptions } from "../../src/projection/interpret";
import { consumeAll, consumer, forgetVerdicts, options as usual, queued } from "../support/queue";
import { RECEIVED_AT, type Schedule } from "./history";

export const NOW = RECEIVED_AT;
export const options: InterpretOptions = { ...usual, reviewDelayMs: 86_400_000 };

function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let at = 0; at < list.length; at += batches.at(-1)?.length ?? 1) {
    batches.push(list.slice(at, at + (sizes[batches.length % sizes.length] ?? 1)));
  }
  return batches;
}

/** Orders, repeats and splits the events as the schedule says. */
export function arrange(
  events: readonly StoredEvent[],
  plan: Schedule,
): readonly (readonly StoredEvent[])[] {
  const again = plan.repeats.flatMap((index) => events[index % events.length] ?? []);
  const drawn = [...events, ...again].map((event, index) => ({
    event,
    lot: (plan.lots[index % plan.lots.length] ?? 0) + index / 1000,
  }));
  const ordered = drawn.toSorted((a, b) => a.lot - b.lot).map(({ event }) => event);
  return cut(ordered, plan.batchSizes);
}

/** Delivers the batches; with `together`, two consumers work at once. */
export async function deliver(
  batches: readonly (readonly StoredEvent[])[],
  together: boolean,
): Promise<void> {
  const deps = consumer({ options, random: () => 0.5 }, NOW);
  for (let at = 0; at < batches.length; at += together ? 2 : 1) {
    const group = batches.slice(at, together ? at + 2 : at + 1);
    await forgetVerdicts(group.flat().map(({ id }) => id));
    await Promise.all(
      group.map((batch) => {
        const events = batch.map(({ id, payload, typeHint, receivedAt }) =>
          queued(id, payload, { eventType: "", typeHint, receivedAt, bodySha256: payload }),
        );
        return consumeAll(events, deps);
      }),
    );
  }
}

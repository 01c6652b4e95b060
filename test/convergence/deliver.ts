/** Delivers events to the real consumer and the real D1, in the batches of a schedule. */
import type { StoredEvent } from "../../src/projection/decoded-event";
import type { InterpretOptions } from "../../src/projection/interpret";
import { consumeAll, consumer, forgetVerdicts, options as usual, queued } from "../support/queue";
import { defaults } from "./defaults";
import { RECEIVED_AT } from "./history";

export const NOW = RECEIVED_AT;
export const options: InterpretOptions = { ...usual, ...defaults, reviewDelayMs: 86_400_000 };

/** Delivers the batches; with `together`, two consumers run at once. `between` runs after each, with all that was delivered. */
export async function deliver(
  batches: readonly (readonly StoredEvent[])[],
  together: boolean,
  between: (delivered: readonly StoredEvent[]) => Promise<unknown> = () => Promise.resolve(),
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
    await between(batches.slice(0, at + group.length).flat());
  }
}

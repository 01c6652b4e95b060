/** The stories of testbed/, from which demo, random tests and benchmarks are made, leave no column out. */
import { expect, it } from "vitest";
import { asJudged, interpret } from "../../src/projection/interpret";
import { entityNames, registersOf } from "../../src/projection/registers";
import { createDay } from "../../testbed/stories/index";
import { defaults } from "../support/defaults";

/** No story has a handling charge yet. */
const missing = ["orders.handling_micros"];

it("some event of a day sets each column (testbed/stories/lifecycle/bodies.ts)", () => {
  const events = createDay({ seed: 1, orders: 60, endsAtMs: Date.UTC(2026, 10, 24) }).flatMap(
    (story) => story.events,
  );
  const set = new Set<string>();
  for (const event of events) {
    const { patches } = interpret(
      {
        id: event.id,
        typeHint: null,
        receivedAt: event.created_at,
        payload: JSON.stringify(event),
      },
      { ...asJudged(defaults), forwardTo: [] },
    );
    for (const { entity, settings } of patches) {
      for (const { values } of settings.values()) {
        for (const [column, value] of Object.entries(values)) {
          if (value !== null) set.add(`${entity}.${column}`);
        }
      }
    }
  }
  const columns = entityNames.flatMap((entity) =>
    registersOf(entity).flatMap(([, names]) => names.map((name) => `${entity}.${name}`)),
  );
  expect(columns.filter((column) => !set.has(column))).toEqual(missing);
});

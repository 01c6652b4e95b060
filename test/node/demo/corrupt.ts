/** Corrupts one value for each of the demo's checks, so that a test can see each check fail. */
import type { Story } from "../../../testbed/stories/index.ts";
import type { Answered } from "../../../testbed/deliveries/delivery.ts";
import type { Evidence } from "../../../testbed/checks/evidence.ts";
import type { Call } from "../../../testbed/receiver/providers.ts";
import type { State } from "../../../testbed/checks/state.ts";

/** The list with the first matching entry changed. */
function changeOne<T>(
  list: readonly T[],
  fits: (entry: T) => boolean,
  change: (entry: T) => Partial<T>,
): T[] {
  const index = list.findIndex(fits);
  return list.map((entry, place) => (place === index ? { ...entry, ...change(entry) } : entry));
}

export function corrupt(evidence: Evidence): Evidence {
  const { day, answers, state, calls } = evidence;
  return {
    day: { ...day, stories: corruptStories(day.stories) },
    answers: corruptAnswers(answers),
    state: corruptState(state),
    calls: corruptCalls(calls),
    unsettled: ["messages still wait"],
  };
}

function corruptStories(stories: readonly Story[]): Story[] {
  return changeOne(
    stories,
    () => true,
    ({ expected }) => ({ expected: { ...expected, paidMicros: expected.paidMicros + 10_000 } }),
  );
}

function isFirst({ body }: Answered): boolean {
  return JSON.stringify(body).endsWith('"duplicate":false}');
}

/** An invalid body that was accepted, and a first receipt that is reported as a repeat. */
function corruptAnswers(answers: readonly Answered[]): Answered[] {
  const taken = changeOne(
    answers,
    ({ delivery }) => delivery.what === "empty body",
    () => ({ status: 200 }),
  );
  return changeOne(taken, isFirst, ({ delivery }) => ({
    body: { received: true, id: delivery.eventId, duplicate: true },
  }));
}

function corruptState(state: State): State {
  const failed = state.events.map((row) =>
    row.event_type === "shipment.cancelled" ? { ...row, status: "failed" } : row,
  );
  const misread = changeOne(
    failed,
    (row) => row.form === "bare",
    () => ({ form: "envelope" }),
  );
  const unsent = changeOne(
    state.notifications,
    (row) => row.template === "order_cancelled",
    () => ({ status: "suppressed" }),
  );
  const invented = changeOne(
    unsent,
    (row) => row.template === "refund_due",
    () => ({ id: "order_confirmed/ORD-0/email", template: "order_confirmed" }),
  );
  return {
    ...state,
    events: changeOne(
      misread,
      (row) => row.conflicts > 0,
      () => ({ conflicts: 0 }),
    ),
    payments: state.payments.slice(1),
    refunds: state.refunds.slice(1),
    shipments: state.shipments.slice(1),
    audit: [{ order_number: "ORD-0" }],
    notifications: invented.filter((row) => row.template !== "alert"),
  };
}

/** One e-mail twice, one forward without a valid signature. */
function corruptCalls(calls: readonly Call[]): Call[] {
  const unsigned = changeOne(
    calls,
    ({ channel }) => channel === "forward",
    () => ({ verified: false }),
  );
  return [...unsigned, ...calls.filter(({ channel }) => channel === "email").slice(0, 1)];
}

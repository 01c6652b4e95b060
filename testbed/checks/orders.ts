/** Compares the stored rows of each order with its story. */
import {
  expectedParts,
  judgeOrder,
  judgeParts,
  partKinds,
  type PartKind,
  type Story,
} from "../stories/index.ts";
import { check, differ, type Check } from "./evidence.ts";
import type { State } from "./state.ts";

/** The stored and the expected values. */
export interface CheckedState {
  readonly stories: readonly Story[];
  readonly state: State;
}

export function checkState(told: CheckedState): Check[] {
  return [checkOrders(told), ...partKinds.map((kind) => checkParts(told, kind)), checkViews(told)];
}

function checkOrders({ stories, state }: CheckedState): Check {
  const rows = new Map(state.orders.map((row) => [row.order_number, row]));
  const problems = stories.flatMap((story) => {
    const row = rows.get(story.orderNumber);
    return row === undefined ? [`${story.orderNumber} is missing`] : judgeOrder(story, { ...row });
  });
  const known = new Set(stories.map((story) => story.orderNumber));
  const invented = [...rows.keys()].filter((number) => !known.has(number));
  problems.push(...invented.map((number) => `${number} was never placed`));
  return check("every order is as its story says", problems);
}

function checkParts({ stories, state }: CheckedState, kind: PartKind): Check {
  const expected = stories.flatMap((story) => expectedParts(story, kind));
  return check(
    `the ${kind} are linked and as their stories say`,
    judgeParts(kind, expected, state[kind]),
  );
}

function checkViews({ stories, state }: CheckedState): Check {
  const listed = new Map(state.refundsDue.map((row) => [row.order_number, row.outstanding]));
  const problems = [
    ...state.audit.map((row) => `state_audit has a row: ${JSON.stringify(row)}`),
    ...stories.map(({ orderNumber, expected }) => {
      const owed = expected.refundDueMicros / 1_000_000;
      return differ(`${orderNumber} in refunds_due`, listed.get(orderNumber) ?? 0, owed);
    }),
  ];
  return check("refunds_due lists what is owed, state_audit is empty", problems);
}

/** Checks what the receiver knows of each order against what its story says. */
import {
  expectedParts,
  judgeOrder,
  judgeParts,
  partKinds,
  type PartKind,
} from "../stories/index.ts";
import { differ, present, type Check, type Evidence } from "./evidence.ts";

export function checkState(evidence: Evidence): Check[] {
  return [
    checkOrders(evidence),
    ...partKinds.map((kind) => checkParts(evidence, kind)),
    checkViews(evidence),
  ];
}

function checkOrders({ day, state }: Evidence): Check {
  const rows = new Map(state.orders.map((row) => [row.order_number, row]));
  const problems = day.stories.flatMap((story) => {
    const row = rows.get(story.orderNumber);
    return row === undefined ? [`${story.orderNumber} is missing`] : judgeOrder(story, { ...row });
  });
  const known = new Set(day.stories.map((story) => story.orderNumber));
  const invented = [...rows.keys()].filter((number) => !known.has(number));
  problems.push(...invented.map((number) => `${number} was never placed`));
  return { claim: "every order is as its story says", problems };
}

function checkParts({ day, state }: Evidence, kind: PartKind): Check {
  const expected = day.stories.flatMap((story) => expectedParts(story, kind));
  const claim = `the ${kind} are linked and as their stories say`;
  return { claim, problems: judgeParts(kind, expected, state[kind]) };
}

function checkViews({ day, state }: Evidence): Check {
  const listed = new Map(state.refundsDue.map((row) => [row.order_number, row.outstanding]));
  const problems = [
    ...state.audit.map((row) => `state_audit has a row: ${JSON.stringify(row)}`),
    ...day.stories.map(({ orderNumber, expected }) => {
      const owed = expected.refundDueMicros / 1_000_000;
      return differ(`${orderNumber} in refunds_due`, listed.get(orderNumber) ?? 0, owed);
    }),
  ];
  return {
    claim: "refunds_due lists what is owed, state_audit is empty",
    problems: problems.filter(present),
  };
}

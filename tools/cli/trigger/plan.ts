/** From a name and flags to what is to be sent: order by order, in the order of sending. */
import { eventTypes } from "../../story/index.ts";
import { Failure } from "../failure.ts";
import { nearNames } from "../near.ts";
import { applyChange, type Change } from "./change.ts";
import type { Draft } from "./draft.ts";
import { scenarios } from "./scenarios.ts";
import { findEventType, tellEvent } from "./single.ts";
import { createTeller, type Teller } from "./teller.ts";

export interface PlanOptions {
  readonly name: string;
  readonly orderNumber: string | null;
  readonly count: number;
  readonly seed: number;
  readonly changes: readonly Change[];
  readonly nowMs: number;
}

export interface OrderPlan {
  readonly orderNumber: string;
  readonly drafts: readonly Draft[];
}

export const triggerNames: readonly string[] = [
  ...scenarios.map(({ name }) => name),
  ...eventTypes,
];

function findTelling(name: string): (teller: Teller) => readonly Draft[] {
  const type = findEventType(name);
  if (type !== null) return (teller) => [tellEvent(teller, type)];
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario !== undefined) return scenario.tell;
  const near = nearNames(name, triggerNames);
  const hint =
    near.length === 0
      ? "see trigger --list"
      : `did you mean ${near.join(", ")}? All: trigger --list`;
  throw new Failure("usage", `There is no event type or scenario "${name}"; ${hint}`);
}

function changeAll(drafts: readonly Draft[], changes: readonly Change[]): readonly Draft[] {
  return changes.reduce((changed, change) => {
    const result = applyChange(changed, change);
    if (result.ok) return result.drafts;
    throw new Failure("usage", `--set ${change.path.join(".")} cannot be set: ${result.problem}`);
  }, drafts);
}

export function planOrders(options: PlanOptions): readonly OrderPlan[] {
  const { name, count, changes, ...told } = options;
  const telling = findTelling(name);
  return Array.from({ length: count }, (_, index) => {
    const teller = createTeller({ ...told, index });
    return { orderNumber: teller.orderNumber, drafts: changeAll(telling(teller), changes) };
  });
}

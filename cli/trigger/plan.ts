/** Makes deliveries from a name and flags: order by order, in the order of sending. */
import { eventTypes, type FormChoice } from "../../testbed/stories/index.ts";
import { Failure } from "../failure.ts";
import { nearNames } from "./near.ts";
import { applyChange, type Change } from "./change.ts";
import type { Draft } from "./draft.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { findEventType, createEvent } from "./single.ts";
import { createStorySource, type StorySource } from "./story-source.ts";

export interface PlanOptions {
  readonly name: string;
  readonly orderNumber: string | null;
  readonly count: number;
  readonly form: FormChoice;
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

function builderOf({ name, build, isEnveloped }: Scenario, form: FormChoice): Scenario["build"] {
  if (isEnveloped !== true || form === "envelope") return build;
  throw new Failure("usage", `${name} is about what an envelope says; it has no --form ${form}`);
}

function findBuilder(name: string, form: FormChoice): (source: StorySource) => readonly Draft[] {
  const type = findEventType(name);
  if (type !== null) return (source) => [createEvent(source, type)];
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario !== undefined) return builderOf(scenario, form);
  const near = nearNames(name, triggerNames);
  const hint =
    near.length === 0
      ? "see trigger --list"
      : `did you mean ${near.join(", ")}? All: trigger --list`;
  throw new Failure("usage", `There is no event type or scenario "${name}"; ${hint}`);
}

function changeAll(drafts: readonly Draft[], changes: readonly Change[]): readonly Draft[] {
  return changes.reduce((changed, change) => {
    const [field] = change.path;
    const isLeft = field !== "data" && field !== "order_number";
    if (isLeft && drafts.some(({ form }) => form === "bare")) {
      const why = "a bare body is data alone; write data.<field>";
      throw new Failure("usage", `--set ${change.path.join(".")} cannot be set: ${why}`);
    }
    const result = applyChange(changed, change);
    if (result.ok) return result.drafts;
    throw new Failure("usage", `--set ${change.path.join(".")} cannot be set: ${result.problem}`);
  }, drafts);
}

export function planOrders(options: PlanOptions): readonly OrderPlan[] {
  const { name, count, changes, ...shared } = options;
  const build = findBuilder(name, options.form);
  return Array.from({ length: count }, (_, index) => {
    const source = createStorySource({ ...shared, index });
    return { orderNumber: source.orderNumber, drafts: changeAll(build(source), changes) };
  });
}

/**
 * A day of deliveries: every event of the stories, with a fifth of them repeated, mixed with invalid deliveries as a
 * public endpoint receives them. Each delivery states the answer that it must get.
 */
import {
  createRandom,
  deliverStory,
  type Form,
  forms,
  repeat,
  shuffle,
  createDay,
  type Story,
} from "../stories/index.ts";
import { createDelivery, type Delivery } from "./delivery.ts";
import { createConflicts, createInvalid, type InvalidContext } from "./invalid.ts";

export interface Day {
  /** The stories as delivered: their events have the ids that the receiver gives them. */
  readonly stories: readonly Story[];
  /** The form of all deliveries about an order, by order number. */
  readonly formOf: ReadonlyMap<string, Form>;
  /** In the order in which they are sent. */
  readonly deliveries: readonly Delivery[];
  /** Other bodies under ids that are known by then: sent after the day was received. */
  readonly conflicts: readonly Delivery[];
}

export interface DayPlan {
  readonly seed: number;
  readonly orders: number;
  readonly endsAtMs: number;
  readonly secret: string;
}

const REPEATED_SHARE = 0.17;
/** Random streams that no story uses. */
const DAY_STREAM = 1_000_000;
const FORMS_STREAM = 1_000_001;

/**
 * The same number of orders in each form, drawn from the seed. Forms are not mixed within one order: a bare order
 * and an order that states its times have different expected results.
 */
function drawForms({ seed }: DayPlan, stories: readonly Story[]): Map<string, Form> {
  const random = createRandom(seed, FORMS_STREAM);
  const drawn = shuffle(
    stories.map((_, index) => forms[index % forms.length] ?? "envelope"),
    random,
  );
  return new Map(
    stories.map(({ orderNumber }, index) => [orderNumber, drawn[index] ?? "envelope"]),
  );
}

export async function planDay(plan: DayPlan): Promise<Day> {
  const told = createDay(plan);
  const formOf = drawForms(plan, told);
  const delivered = await Promise.all(
    told.map((story) => deliverStory(story, () => formOf.get(story.orderNumber) ?? "envelope")),
  );
  const stories = delivered.map(({ story }) => story);
  const random = createRandom(plan.seed, DAY_STREAM);
  const context: InvalidContext = { random, stories, formOf, secret: plan.secret };
  const signed = await Promise.all(
    delivered
      .flatMap(({ deliveries }) => deliveries)
      .map(({ event, form, body, eventId }) => {
        const recognized = { form, type: event.event_type };
        return createDelivery(body, plan.secret, { eventId, recognized });
      }),
  );
  const invalid = await createInvalid(context, plan.endsAtMs);
  return {
    stories,
    formOf,
    deliveries: shuffle([...repeat(signed, random, REPEATED_SHARE), ...invalid], random),
    conflicts: await createConflicts(context),
  };
}

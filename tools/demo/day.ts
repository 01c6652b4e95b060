/**
 * A day of deliveries: every event of the stories, a fifth of them again, and among them what a
 * public endpoint also meets. Each delivery says which answer it must get.
 */
import { createRandom, repeat, shuffle, sign, tellDay, type Story } from "../story/index.ts";
import { type Delivery, WEBHOOK_PATH } from "./delivery.ts";
import { createConflicts, createStrays, type StrayContext } from "./strays.ts";

export interface Day {
  readonly stories: readonly Story[];
  /** In the order in which they are sent. */
  readonly deliveries: readonly Delivery[];
  /** Sent once the day has been taken: other bodies under ids that are known by then. */
  readonly conflicts: readonly Delivery[];
}

export interface DayPlan {
  readonly seed: number;
  readonly orders: number;
  readonly endsAtMs: number;
  readonly secret: string;
}

const REPEATED_SHARE = 0.17;

export async function planDay(plan: DayPlan): Promise<Day> {
  const stories = tellDay(plan);
  const random = createRandom(plan.seed, 1_000_000);
  const context: StrayContext = { random, stories, secret: plan.secret };
  const events = stories.flatMap((story) => story.events);
  const signed = await Promise.all(
    events.map(async (event): Promise<Delivery> => {
      const body = JSON.stringify(event);
      return {
        outcome: "applied",
        what: "event",
        method: "POST",
        path: WEBHOOK_PATH,
        body,
        signature: await sign(body, plan.secret),
        eventId: event.id,
        status: 200,
      };
    }),
  );
  const strays = await createStrays(context, plan.endsAtMs);
  return {
    stories,
    deliveries: shuffle([...repeat(signed, random, REPEATED_SHARE), ...strays], random),
    conflicts: await createConflicts(context),
  };
}

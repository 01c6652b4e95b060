/** Creates the stories of `trigger`: the same order and seed give the same story at any time. */
import { createHash } from "node:crypto";
import {
  chooseForms,
  createRandom,
  type FormChoice,
  type KindName,
  type Random,
  type Story,
  type StoryEvent,
  type StoryKind,
  createStory,
} from "../../testbed/stories/index.ts";
import type { Draft } from "./draft.ts";

const HOUR_MS = 3_600_000;

export interface StorySource {
  readonly orderNumber: string;
  readonly random: Random;
  /** All events of the stories are before this time. */
  readonly nowMs: number;
  /** The life of the order within two hours, with its end this long ago. */
  readonly createStory: (kind: KindName | StoryKind, endedAgoMs?: number) => Story;
  readonly nextId: () => string;
  /** The event of a story, in the form that is next. */
  readonly draft: (event: StoryEvent) => Draft;
}

/** A seed for an order that a person named, so that later events match it. */
export function seedOf(orderNumber: string): number {
  return createHash("sha256").update(orderNumber).digest().readUIntBE(0, 6);
}

export interface StorySourceOptions {
  readonly seed: number;
  /** The first order is 0. */
  readonly index: number;
  readonly orderNumber: string | null;
  readonly nowMs: number;
  readonly form: FormChoice;
}

/** A random stream that no story uses. */
const FORMS_STREAM = 1_000_000_000;

function numberOf({ seed, index, orderNumber }: StorySourceOptions): string {
  if (orderNumber === null) return `ORD-${createRandom(seed, index).digits(6)}`;
  return index === 0 ? orderNumber : `${orderNumber}-${index + 1}`;
}

export function createStorySource(options: StorySourceOptions): StorySource {
  const { seed, index, nowMs, form } = options;
  const orderNumber = numberOf(options);
  // Every order has its own payment references: a refund finds its payment by them.
  const stream = index + seedOf(orderNumber);
  const random = createRandom(seed, stream);
  // At another time, the event has other bytes, so it needs another id.
  const ids = createRandom(seed + nowMs, stream);
  const formOf = chooseForms(form, createRandom(seed, FORMS_STREAM + index));
  return {
    orderNumber,
    random,
    nowMs,
    createStory: (kind, endedAgoMs = 0) => {
      const endsAtMs = nowMs - endedAgoMs;
      const window = { startsAtMs: endsAtMs - 2 * HOUR_MS, endsAtMs };
      return createStory({ kind, orderNumber, random: createRandom(seed, stream), ids, ...window });
    },
    nextId: () => `evt_${ids.hex(24)}`,
    draft: (event) => ({
      type: event.event_type,
      orderNumber,
      event: { ...event },
      form: formOf(event),
      expects: 200,
    }),
  };
}

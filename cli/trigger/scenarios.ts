/** The scenarios besides single events: one named row each, from a complete story to a forgery. */
import {
  cancelPaid,
  failRefund,
  senselessEvents,
  shuffle,
  type KindName,
  type StoryKind,
  storyKinds,
} from "../../testbed/stories/index.ts";
import type { Draft } from "./draft.ts";
import type { StorySource } from "./story-source.ts";

export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** True if it is about the content of an envelope: it has no other form. */
  readonly isEnveloped?: true;
  readonly build: (source: StorySource) => readonly Draft[];
}

const DAY_MS = 86_400_000;
/** The receiver accepts at most one MiB. */
const OVERSIZE_CHARACTERS = 1_100_000;

function life({ createStory, draft }: StorySource, kind: KindName | StoryKind, agoMs = 0): Draft[] {
  return createStory(kind, agoMs).events.map(draft);
}

/** Its description is the title of its kind. */
function story(name: string, kind: KindName | StoryKind): Scenario {
  const found = typeof kind === "string" ? storyKinds.find((one) => one.name === kind) : kind;
  return { name, description: found?.title ?? "", build: (source) => life(source, kind) };
}

const happyPath = story("happy-path", "delivered");

function firstOf(source: StorySource): Draft {
  const [first] = life(source, "delivered");
  if (first === undefined) throw new RangeError("a story without events");
  return first;
}

/** An event that is part of no story. */
function writeDraft(source: StorySource, type: string, data: unknown, note: string): Draft {
  const { orderNumber, nextId, nowMs } = source;
  const event = { id: nextId(), event_type: type, created_at: new Date(nowMs).toISOString(), data };
  return { type, orderNumber, event, form: "envelope", note, expects: 200 };
}

const refundFails: StoryKind = {
  name: "refund fails",
  title: "cancelled after payment; the refund fails, money is owed",
  weight: 0,
  run: (life) => failRefund(life, cancelPaid(life)),
};

export const scenarios: readonly Scenario[] = [
  happyPath,
  story("on-its-way", "on its way"),
  story("payment-fails-twice", "paid at the third attempt"),
  story("never-paid", "never paid"),
  story("cancelled-before-payment", "cancelled before payment"),
  story("cancelled-with-refund", "cancelled and refunded"),
  story("refund-fails", refundFails),
  story("refund-retried", "refunded at the second attempt"),
  story("one-shipment-lost", "one parcel lost"),
  story("one-shipment-cancelled", "one parcel cancelled"),
  story("returned-in-part", "returned in part"),
  {
    name: "reversed",
    description: "the happy path, the last event first",
    build: (source) => happyPath.build(source).toReversed(),
  },
  {
    name: "three-times",
    description: "the happy path, every event three times",
    build: (source) => happyPath.build(source).flatMap((draft) => [draft, draft, draft]),
  },
  {
    name: "same-second",
    description: "the happy path, every event at the same instant and in no order",
    isEnveloped: true,
    build: (source) => {
      const at = new Date(Math.floor(source.nowMs / 1_000) * 1_000).toISOString();
      const tied = happyPath
        .build(source)
        .map((draft) => ({ ...draft, event: { ...draft.event, created_at: at } }));
      return shuffle(tied, source.random);
    },
  },
  {
    name: "day-late",
    description: "the happy path, a day after it happened",
    build: (source) => life(source, "delivered", DAY_MS),
  },
  {
    name: "oversize",
    description: "a signed event over 1 MiB: refused with 413",
    build: (source) => {
      const { event, ...draft } = firstOf(source);
      const data = { ...Object(event["data"]), filler: "x".repeat(OVERSIZE_CHARACTERS) };
      return [{ ...draft, event: { ...event, data }, note: "over 1 MiB", expects: 413 }];
    },
  },
  {
    name: "forged",
    description: "an event with a wrong signature, in four ways: refused with 401",
    build: (source) => [{ ...firstOf(source), isForged: true, expects: 401 }],
  },
  {
    name: "senseless",
    description: "known types whose data makes no sense: quarantined, with the reason",
    isEnveloped: true,
    build: (source) =>
      senselessEvents(source.orderNumber).map(({ type, data, what }) =>
        writeDraft(source, type, data, what),
      ),
  },
  {
    name: "unknown-type",
    description: "a type that is none of the 14: stored and ignored",
    isEnveloped: true,
    build: (source) => {
      const data = { order_number: source.orderNumber };
      return [writeDraft(source, "cart.abandoned", data, "none of the 14")];
    },
  },
  {
    name: "conflict",
    description: "another body under a known id: the first one counts, the team is alerted",
    isEnveloped: true,
    build: (source) => {
      const first = firstOf(source);
      const event = { ...first.event, changed: true };
      return [first, { ...first, event, note: "another body, the same id" }];
    },
  },
];

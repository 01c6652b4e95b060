/** A single event of any of the 14 types, from the story of an order that has one. */
import {
  type EventType,
  eventTypes,
  type KindName,
  type StoryEvent,
} from "../../testbed/stories/index.ts";
import type { Draft } from "./draft.ts";
import type { StorySource } from "./story-source.ts";

/** The stories that are searched for the event, one after the other. */
const kinds: readonly KindName[] = [
  "delivered",
  "paid at the third attempt",
  "cancelled and refunded",
  "refunded at the second attempt",
  "one parcel cancelled",
];

export function findEventType(name: string): EventType | null {
  return eventTypes.find((type) => type === name) ?? null;
}

/** It happens now, also according to the dates in its body, and names its order. */
export function createEvent(
  { createStory, draft, orderNumber, nowMs }: StorySource,
  type: EventType,
): Draft {
  const isIt = ({ event_type }: StoryEvent) => event_type === type;
  const kind = kinds.find((name) => createStory(name).events.some(isIt));
  const event = kind === undefined ? undefined : createStory(kind).events.find(isIt);
  if (event === undefined) throw new RangeError(`no story has the event ${type}`);
  const now = new Date(nowMs).toISOString();
  const fields = Object.entries(event.data).map(([name, value]: [string, unknown]) => {
    return [name, value === event.created_at ? now : value] as const;
  });
  const data = Object.fromEntries(fields);
  const isNamed = event.order_number !== undefined || "order_number" in data;
  const named = isNamed ? data : { ...data, order_number: orderNumber };
  return { ...draft(event), event: { ...event, created_at: now, data: named } };
}

/**
 * The forms in which the events of a story are delivered: in an envelope, flat, or as the bare model. Takes an event
 * and a form; returns the body, and the id that the receiver must give it. Also the story that results from a form.
 */
import type { Story, StoryEvent } from "../stories/model.ts";
import type { Random } from "../stories/random.ts";

/** `envelope`: a type and `data`; `flat`: the type among the model's fields; `bare`: the model alone. */
export const forms = ["envelope", "flat", "bare"] as const;
export type Form = (typeof forms)[number];

/** `mixed`: a different form for each delivery. */
export const formChoices = [...forms, "mixed"] as const;
export type FormChoice = (typeof formChoices)[number];

/** An event in its envelope, with any other fields. */
export type Enveloped = Readonly<Record<string, unknown>>;

export interface FormOptions {
  /** False: the sender's id is left out, and the receiver uses the hash of the body. */
  readonly id?: boolean;
  /** False: the event's own time is left out; dates in `data` stay. */
  readonly times?: boolean;
}

function isObject(value: unknown): value is Enveloped {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A parcel has its own `created_at`, so the event's time has another name there. */
function layFlat(envelope: Enveloped, data: Enveloped): object {
  const { created_at: time, data: _, ...rest } = envelope;
  const field = Object.hasOwn(data, "created_at") ? "timestamp" : "created_at";
  return { ...rest, ...(time === undefined ? {} : { [field]: time }), ...data };
}

/** The model alone, with the order number if the envelope had it. */
function strip({ order_number: orderNumber, data }: Enveloped): unknown {
  if (orderNumber === undefined || !isObject(data)) return data ?? null;
  return { ...data, order_number: orderNumber };
}

/** The body of a delivery. Data that is not an object has no fields for a flat body: it stays in its envelope. */
export function writeBody(event: Enveloped, form: Form, options: FormOptions = {}): string {
  const { id = true, times = true } = options;
  const left = new Set([...(id ? [] : ["id"]), ...(times ? [] : ["created_at"])]);
  const kept = Object.entries(event).filter(([name]) => !left.has(name));
  const envelope: Enveloped = Object.fromEntries(kept);
  switch (form) {
    case "envelope":
      return JSON.stringify(envelope);
    case "flat":
      return JSON.stringify(isObject(event["data"]) ? layFlat(envelope, event["data"]) : envelope);
    case "bare":
      return JSON.stringify(strip(event));
  }
}

const encoder = new TextEncoder();

/** The id of a body without its own id. */
export async function hashId(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}

/** One delivered event of a story. */
export interface StoryDelivery {
  readonly event: StoryEvent;
  readonly form: Form;
  readonly body: string;
  /** The id under which the receiver stores it; bare bodies with the same bytes are one event. */
  readonly eventId: string;
}

async function writeDelivery(
  event: StoryEvent,
  form: Form,
  options: FormOptions = {},
): Promise<StoryDelivery> {
  const body = writeBody({ ...event }, form, options);
  const isNamed = form !== "bare" && options.id !== false;
  return { event, form, body, eventId: isNamed ? event.id : await hashId(body) };
}

/**
 * The form of each event of one order, one call per event. In a mix, either all events about the order itself are bare
 * or none is: a bare order states no time and has only past dates, so it would seem older than the other forms.
 * Payments, refunds and parcels have their own dates.
 */
export function chooseForms(
  choice: FormChoice,
  random: Random,
): (event: Pick<StoryEvent, "event_type">) => Form {
  if (choice !== "mixed") return () => choice;
  const ofOrder: readonly Form[] = random.pick([["bare"], ["envelope", "flat"]]);
  return ({ event_type: type }) => random.pick(type.startsWith("order.") ? ofOrder : forms);
}

/** A delivered story, and its expected result. */
export interface DeliveredStory {
  /** Its events have the ids that the receiver gives them. */
  readonly story: Story;
  /** One for each event, in the order in which they happened. */
  readonly deliveries: readonly StoryDelivery[];
}

/** Only the event's own time states when an order was confirmed, completed or cancelled. */
const milestones = {
  confirmedAt: "order.confirmed",
  completedAt: "order.completed",
  cancelledAt: "order.cancelled",
} as const;

export async function deliverStory(
  story: Story,
  formOf: (event: StoryEvent) => Form,
  options: FormOptions = {},
): Promise<DeliveredStory> {
  const deliveries = await Promise.all(
    story.events.map((event) => writeDelivery(event, formOf(event), options)),
  );
  const ids = new Map(deliveries.map(({ event, eventId }) => [event.id, eventId]));
  const dated = deliveries.filter(({ form }) => form !== "bare" && options.times !== false);
  const datedTypes = new Set<string>(dated.map(({ event }) => event.event_type));
  const undated = Object.entries(milestones).filter(([, type]) => !datedTypes.has(type));
  const { expected } = story;
  return {
    deliveries,
    story: {
      ...story,
      events: deliveries.map(({ event, eventId }) => ({ ...event, id: eventId })),
      expected: {
        ...expected,
        ...Object.fromEntries(undated.map(([milestone]) => [milestone, null])),
        messages: expected.messages.map((message) => ({
          ...message,
          overtakenBy: ids.get(message.overtakenBy ?? "") ?? null,
        })),
      },
    },
  };
}

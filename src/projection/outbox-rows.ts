/**
 * A decoded event in, the outbox rows that it asks for out: the facts that somebody is notified of. A row is
 * written even if the event is overridden; whether it is still true is checked when it is due. The rules are
 * passed in, since the definitions of the templates are in a higher layer (notifications/templates/).
 */
import { addMs, DAY_MS } from "../events/field-formats/time";
import type { DecodedEvent } from "./decoded-event";
import type { ForwardTarget } from "./event-filter";
import { type About, factPart, orderPart, type OutboxContext, type OutboxRow } from "./outbox-row";

export interface OutboxOptions {
  /** Which messages events ask for. */
  readonly rules: readonly OutboxRule[];
  /** Where events are forwarded to at the time when the event is applied. */
  readonly forwardTo: readonly ForwardTarget[];
  readonly reviewDelayMs: number;
}

/** The fact of one message, in addition to the key of its row. */
export interface Fact {
  /** What distinguishes it from other facts about the same row. */
  readonly parts?: readonly string[];
  readonly delayMs?: number;
  readonly context?: OutboxContext;
  /** Of a forward: one row for each endpoint, instead of one for each channel. */
  readonly endpoints?: readonly string[];
}

/** The endpoint that FORWARD_URL names. */
export const DEFAULT_ENDPOINT = "default";

/** One template's part of the outbox. */
export interface OutboxRule {
  readonly template: string;
  readonly channels: readonly string[];
  readonly about: About;
  /** Null if the event asks for no message. */
  readonly factOf: (event: DecodedEvent, options: OutboxOptions) => Fact | null;
}

/** If the event states no time: how old a body's own date may be before the event counts as history. */
const OWN_DATE_DAYS = 30;

/** Whether an event reports something that happened long ago: then no customer is notified. */
function isHistory({ statedAt, occurredAt, receivedAt }: DecodedEvent): boolean {
  if (statedAt !== null || occurredAt === null) return false;
  return occurredAt < addMs(receivedAt, -OWN_DATE_DAYS * DAY_MS);
}

/**
 * What a message is about: the first part of its id. The view order_messages finds the messages of an order by
 * it, so no template builds it itself. If a message is about an order that the event does not name, it is
 * about the event's own row until the order is known: `shipment:SHP-1`.
 */
function subjectOf(event: DecodedEvent, about: About): { about: About; part: string } {
  const { subject, key } = event;
  if (about === "event") return { about, part: factPart(event.id) };
  const number = subject === "order" ? key : event.orderNumber;
  if (about === "order" && number !== null) return { about, part: orderPart(number) };
  if (about === subject) return { about, part: factPart(key) };
  return { about: subject, part: `${subject}:${factPart(key)}` };
}

/** One row for each channel; for a forward, one for each endpoint. */
function targetsOf(
  { channels }: OutboxRule,
  { endpoints }: Fact,
): readonly Pick<OutboxRow, "channel" | "endpoint">[] {
  if (endpoints === undefined) return channels.map((channel) => ({ channel, endpoint: null }));
  return channels.flatMap((channel) => endpoints.map((endpoint) => ({ channel, endpoint })));
}

/** The last part of the id: the endpoint `default` is as old as the channel, and keeps its name. */
function lastPart(channel: string, endpoint: string | null): string {
  return endpoint === null || endpoint === DEFAULT_ENDPOINT ? channel : endpoint;
}

function rowsOf(event: DecodedEvent, rule: OutboxRule, fact: Fact): readonly OutboxRow[] {
  const { template } = rule;
  const { parts = [], delayMs = 0, context = { kind: "none" } } = fact;
  const { about, part } = subjectOf(event, rule.about);
  const past = isHistory(event) ? { isHistory: true as const } : {};
  return targetsOf(rule, fact).map(({ channel, endpoint }) => ({
    id: [template, part, ...[...parts, lastPart(channel, endpoint)].map(factPart)].join("/"),
    template,
    channel,
    endpoint,
    about,
    orderNumber: event.orderNumber,
    subjectId: event.key,
    eventId: event.id,
    dueAt: addMs(event.statedAt ?? event.receivedAt, delayMs),
    happenedAt: event.occurredAt ?? event.receivedAt,
    delayMs,
    context: { ...context, ...past },
  }));
}

/** The rows that the event asks for, each with the identity of its fact. */
export function outboxRows(event: DecodedEvent, options: OutboxOptions): readonly OutboxRow[] {
  return options.rules.flatMap((rule) => {
    const fact = rule.factOf(event, options);
    return fact === null ? [] : rowsOf(event, rule, fact);
  });
}

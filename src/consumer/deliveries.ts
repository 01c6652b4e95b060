/** The messages of one batch, grouped by event. */
import { decodeMessage, type WholeEvent } from "../events/queue-message";
import { describeBody } from "../events/identity";
import { isImported } from "../events/imports/import-id";
import { log } from "../log";
import type { ReceivedEvent } from "../store/inbox/receipt";

/** The part of a queue message that the consumer uses. */
export type Delivery = Pick<Message, "id" | "body" | "attempts" | "ack" | "retry">;

/** One event of the batch, with all its messages. */
export interface Work {
  readonly id: string;
  readonly deliveries: Delivery[];
  /** The bodies in the messages; more than one if the sender repeated the event while D1 was down. */
  readonly wholes: WholeEvent[];
}

/** A message that is not ours can never be understood: it is acked and logged. */
export function gatherWork(deliveries: Iterable<Delivery>): readonly Work[] {
  const works = new Map<string, Work>();
  for (const delivery of deliveries) {
    const message = decodeMessage(delivery.body);
    if (message === null) {
      log.error("message_not_understood", { message_id: delivery.id });
      delivery.ack();
      continue;
    }
    const work = works.get(message.id) ?? { id: message.id, deliveries: [], wholes: [] };
    work.deliveries.push(delivery);
    if (message.payload !== undefined) work.wholes.push(message);
    works.set(message.id, work);
  }
  return [...works.values()];
}

export function ackWork(work: Work): void {
  for (const delivery of work.deliveries) delivery.ack();
}

/** How often the queue has delivered this push, counted from 1. */
export function attemptsOf(work: Work): number {
  return Math.max(1, ...work.deliveries.map(({ attempts }) => attempts));
}

/** The halves of a batch in which one event makes a statement fail; null if the event is alone. */
export function halvesOf<T>(batch: readonly T[]): readonly [readonly T[], readonly T[]] | null {
  const half = Math.ceil(batch.length / 2);
  return batch.length > 1 ? [batch.slice(0, half), batch.slice(half)] : null;
}

/** The event of a message as the receiver would have stored it. `timeZone`: the zone of times without a zone. */
export function receivedOf(whole: WholeEvent, timeZone: string | null): ReceivedEvent {
  const { id, typeHint, receivedAt, bodySha256, verifiedBy, payload } = whole;
  const { description } = describeBody(payload, typeHint, { receivedAt, timeZone }, isImported(id));
  return { id, ...description, typeHint, receivedAt, bodySha256, verifiedBy, payload };
}

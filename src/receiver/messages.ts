/** A received event as a message for the queue. */
import { encodeMessage, type WholeEvent } from "../events/queue-message";
import { MESSAGE_MAX_BYTES } from "../limits";
import type { ReceivedEvent } from "../store/inbox/receipt";

/** Only a Worker of 0.2 reads the type from a message, and it knows no longer type. */
const TYPE_MAX_CHARACTERS = 200;

/** The whole event; null if it is too large for a message. */
export function wholeMessage(event: ReceivedEvent, stored: boolean): string | null {
  const { id, typeHint, receivedAt, bodySha256, verifiedBy, payload } = event;
  const eventType = (event.eventType ?? "").slice(0, TYPE_MAX_CHARACTERS);
  const whole: WholeEvent = {
    id,
    eventType,
    typeHint,
    receivedAt,
    bodySha256,
    verifiedBy,
    stored,
    payload,
  };
  const text = encodeMessage(whole);
  // A character takes at most three bytes of UTF-8, so short texts need not be counted.
  const fits =
    text.length * 3 <= MESSAGE_MAX_BYTES ||
    new TextEncoder().encode(text).length <= MESSAGE_MAX_BYTES;
  return fits ? text : null;
}

/** An event that is in the inbox: the whole event if it fits, otherwise its id. */
export function storedMessage(event: ReceivedEvent): string {
  return wholeMessage(event, true) ?? encodeMessage({ id: event.id });
}

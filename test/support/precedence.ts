/** Precedences of payments, for events that state their time. */
import { stageOf } from "../../src/events/stages";
import { encodePrecedence, hashId } from "../../src/projection/precedence";

export function precedence(time: string | null, status: string, eventId: string): string {
  const stage = stageOf("payment", status, null);
  return encodePrecedence({ time, stage, tie: null, idHash: hashId(eventId) });
}

/** What calls a person, and in which words. One alert a kind and hour, whatever the burst. */
import type { AuditFinding } from "../state/audit";
import type { Alert } from "./outbox";
import type { RefusedReason } from "../inbox/refusals";

export function conflictAlert(eventId: string): Alert {
  return {
    kind: "conflict",
    subjectId: eventId,
    text: `Event ${eventId} came again with another body. The first one stands; webhook_events.conflicts counts such deliveries.`,
  };
}

export function unknownBodyAlert(eventId: string, reason: string): Alert {
  return {
    kind: "unknown_body",
    subjectId: eventId,
    text: `A signed delivery of no known form was kept and not applied: ${reason}. See event ${eventId}; once such bodies are understood, replay it.`,
  };
}

export function deadLetterAlert(failed: readonly [string, ...string[]]): Alert {
  const others = failed.length > 1 ? ` and ${String(failed.length - 1)} more` : "";
  return {
    kind: "dead_letter",
    subjectId: failed[0],
    text: `Event ${failed[0]}${others} failed after the last retry. See webhook_events where status is failed; replay once the cause is fixed.`,
  };
}

export function auditAlert(found: readonly [AuditFinding, ...AuditFinding[]]): Alert {
  const [{ subject, subject_id: id, event_id: eventId }] = found;
  return {
    kind: "state_audit",
    subjectId: id,
    text: `The ${subject} ${id} is older than event ${eventId}, which was processed. See the view state_audit; rebuild the order once the cause is fixed.`,
  };
}

/** `refused`: within the last hour, most first; `lastReceivedAt`: of the last authentic event. */
export function signatureAlert(
  refused: readonly RefusedReason[],
  lastReceivedAt: string | null,
): Alert {
  const counted = refused.map(({ reason, deliveries }) => `${String(deliveries)} ${reason}`);
  const last = lastReceivedAt === null ? "None ever has" : `The last one came at ${lastReceivedAt}`;
  return {
    kind: "wrong_signatures",
    text: `In the last hour deliveries were refused for their signature (${counted.join(", ")}) and no authentic event came. ${last}. Is CE_WEBHOOK_SECRET the secret that Commerce Engine signs with? See "Deliveries are refused" in docs/runbook.md.`,
  };
}

/** `hours`: SILENCE_ALERT_HOURS. */
export function silenceAlert(lastReceivedAt: string, hours: number): Alert {
  return {
    kind: "silence",
    text: `No authentic event has come since ${lastReceivedAt}, which is longer than SILENCE_ALERT_HOURS (${String(hours)}). See "Nothing comes in" in docs/runbook.md.`,
  };
}

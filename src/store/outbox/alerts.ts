/** Alerts: messages to the team about something that needs a person. At most one for each kind and hour. */
import { messagesWhere } from "../../notifications/templates";
import { factId } from "../../projection/outbox-row";
import type { AuditFinding } from "../state/audit";
import type { RefusedReason } from "../inbox/refusals";
import type { MissingPiece } from "../set-up/missing-pieces";
import type { DatabaseSize } from "../retention/database-size";

/** Something that needs a person. One row for each kind and hour: the first text of the hour stays. */
export interface Alert {
  /** `dead_letter`, `channel_down:email`. */
  readonly kind: string;
  readonly text: string;
  /** The id of the row that it concerns, if there is one. */
  readonly subjectId?: string;
  /** Raised again each hour while the problem lasts. If it is held back for longer, it need not be sent. */
  readonly repeats?: true;
}

/** Primary key. Keeps an existing alert of the same kind and hour, whatever its status. */
const insertAlertsSql = `
INSERT OR IGNORE INTO notifications
  (id, template, channel, about, subject_id, status, next_attempt_at, due_at, created_at, context)
SELECT value->>0, value->>1, value->>2, 'alert', value->>3, 'pending', ?2, ?2, ?2, value->>4 FROM jsonb_each(?1)`;

/** The messages that report an alert: one for each channel. */
const messages = messagesWhere(({ asked }) => asked.by === "alert");

/**
 * The statement that raises alerts, for use in another batch. `only` is a condition with one parameter: if it does
 * not hold, no alert is raised.
 */
export function alertStatement(
  db: D1Database,
  alerts: readonly Alert[],
  now: string,
  only?: { readonly sql: string; readonly value: string },
): D1PreparedStatement {
  const rows = alerts.flatMap(({ kind, text, repeats, subjectId = null }) =>
    messages.map(({ template, channel }) => [
      factId(template, kind, now.slice(0, 13), channel),
      template,
      channel,
      subjectId,
      JSON.stringify({ kind: "alert", alert: kind, text, repeats }),
    ]),
  );
  const condition = only === undefined ? "" : `WHERE ${only.sql.replace("?", "?3")}`;
  const statement = db.prepare(`${insertAlertsSql} ${condition} RETURNING id`);
  const values = [JSON.stringify(rows), now];
  return only === undefined ? statement.bind(...values) : statement.bind(...values, only.value);
}

/** Raises alerts; returns the ids of the new ones. */
export async function insertAlerts(
  db: D1Database,
  alerts: readonly Alert[],
  now: string,
): Promise<readonly string[]> {
  if (alerts.length === 0) return [];
  const { results } = await alertStatement(db, alerts, now).all<{ id: string }>();
  return results.map((row) => row.id);
}

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

/** `problem`: a sentence that says what is wrong with the settings (notifications/channels/setup.ts). */
export function heldBackAlert(channel: string, problem: string): Alert {
  return {
    kind: `channel_held_back:${channel}`,
    repeats: true,
    text: `${problem} Once it is set up, those that are still true are sent. See "A setting was lost" in docs/runbook.md.`,
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

/** `refused`: of the last hour, most frequent first; `lastReceivedAt`: time of the last authentic event. */
export function signatureAlert(
  refused: readonly RefusedReason[],
  lastReceivedAt: string | null,
): Alert {
  const counted = refused.map(({ reason, deliveries }) => `${String(deliveries)} ${reason}`);
  const last = lastReceivedAt === null ? "None ever has" : `The last one came at ${lastReceivedAt}`;
  return {
    kind: "wrong_signatures",
    repeats: true,
    text: `In the last hour deliveries were refused for their signature (${counted.join(", ")}) and no authentic event came. ${last}. Is CE_WEBHOOK_SECRET the secret that Commerce Engine signs with? See "Deliveries are refused" in docs/runbook.md.`,
  };
}

/** `hours`: SILENCE_ALERT_HOURS. */
export function silenceAlert(lastReceivedAt: string, hours: number): Alert {
  return {
    kind: "silence",
    repeats: true,
    text: `No authentic event has come since ${lastReceivedAt}, which is longer than SILENCE_ALERT_HOURS (${String(hours)}). See "Nothing comes in" in docs/runbook.md.`,
  };
}

export function sizeAlert({ bytes, maxBytes, fullOn }: DatabaseSize): Alert {
  const percent = Math.floor((100 * bytes) / maxBytes);
  const end = fullOn === null ? "" : ` At this pace it is full on ${fullOn}.`;
  return {
    kind: "database_size",
    text: `The database is ${String(percent)} % full (DATABASE_MAX_MB).${end} See "The database fills up" in docs/runbook.md.`,
  };
}

/** `problem`: which object of the archive cannot be read, or why nothing reads it; as a sentence without its end. */
export function closedOrdersAlert(problem: string): Alert {
  return {
    kind: "closed_orders",
    repeats: true,
    text: `Closed orders cannot be read: ${problem}. Events about them wait. See "A closed order cannot be brought back" in docs/runbook.md.`,
  };
}

export function missingPieceAlert({ piece, problem, fix }: MissingPiece): Alert {
  const kind = `missing_piece:${piece.replaceAll(/[ -]/g, "_")}`;
  return { kind, text: `${problem} ${fix}`, repeats: true };
}

/**
 * The outbox as a person pages through it. No index holds the time of a message, so the newest are
 * found through the events that asked for them, and those of one template by the beginning of their
 * ids; a page reads a bounded stretch.
 */
import type { Channel } from "../../notifications/channels";
import { type Template, templates } from "../../notifications/templates";
import { ifAsked } from "../filters";
import type { MessageRecord } from "../schema";

const columnNames = [
  "id",
  "template",
  "channel",
  "order_number",
  "subject_id",
  "event_id",
  "recipient",
  "status",
  "reason",
  "attempts",
  "next_attempt_at",
  "provider_message_id",
  "error",
  "due_at",
  "created_at",
  "sent_at",
] as const;

/** The names that the registries know. */
interface Named {
  readonly template: Template;
  readonly channel: Channel;
}

export type MessageRow = Pick<MessageRecord, (typeof columnNames)[number]> & Named;

/** One message whole. */
export type Message = MessageRecord & Named;

export interface MessageFilter {
  readonly status?: MessageRow["status"] | undefined;
  readonly channel?: Channel | undefined;
  readonly template?: Template | undefined;
  readonly reason?: string | undefined;
  readonly order?: string | undefined;
  /** Messages to people: all but forwards, which are as many as events. */
  readonly audience?: "people" | undefined;
}

export interface MessagePage {
  readonly messages: readonly MessageRow[];
  /** Where to go on; null where nothing lies behind. */
  readonly next: string | null;
}

/** Events that one page looks through. */
const STRETCH_ROWS = 2_000;
/** Rows of one template that one page looks through. */
const TEMPLATE_ROWS = 2_000;

/** The columns of a MessageRow. */
export const messageColumns = columnNames.map((name) => `n.${name}`).join(", ");

/** `?1`: the filter as JSON. */
const matches = ["status", "channel", "template", "reason"]
  .map((field) => ifAsked(field, `n.${field} =`))
  .concat("(?1->>'audience' IS NULL OR n.channel <> 'forward')")
  .join(" AND ");

/** `?2`: limit. The view's primary keys. */
const ofOrderSql = `
SELECT ${messageColumns} FROM order_messages n WHERE n.order_number = ?1->>'order' AND ${matches}
ORDER BY n.created_at DESC, n.id LIMIT ?2`;

/** `?2`, `?3`: before and from which row of the inbox; `?4`: limit of events. By rowid, primary key. */
const ofEventsSql = `
SELECT ${messageColumns}, e.rowid AS event_row
FROM webhook_events e CROSS JOIN json_each(e.outbox) j CROSS JOIN notifications n ON n.id = j.value
WHERE e.rowid < ?2 AND e.rowid >= ?3 AND e.outbox IS NOT NULL AND n.event_id = e.id AND ${matches}
ORDER BY e.rowid DESC, n.id LIMIT ?4`;

/** `?2`: before which id; `?3`: rows to look through; `?4`: limit. Primary key, the latest ids first. */
const ofTemplateSql = `
SELECT ${messageColumns} FROM notifications n WHERE n.id IN (
  SELECT id FROM (SELECT id FROM notifications
    WHERE id >= ?1->>'template' || '/' AND id < ?1->>'template' || '0' AND id < ?2
    ORDER BY id DESC LIMIT ?3)) AND ${matches}
ORDER BY n.id DESC LIMIT ?4`;

/** By rowid: the first and the last row of the inbox. */
const endsSql = `
SELECT (SELECT min(rowid) FROM webhook_events) AS first, (SELECT max(rowid) FROM webhook_events) AS last`;

async function listOfEvents(
  db: D1Database,
  filter: MessageFilter,
  limit: number,
  before: string | undefined,
): Promise<MessagePage> {
  const ends = await db.prepare(endsSql).first<{ first: number | null; last: number | null }>();
  const [first, last] = [ends?.first ?? null, ends?.last ?? 0];
  if (first === null) return { messages: [], next: null };
  const start = before === undefined ? last + 1 : Number(before);
  const floor = Math.max(first, start - STRETCH_ROWS);
  const { results } = await db
    .prepare(ofEventsSql)
    // An event asks for a handful of messages; a page ends with a whole event.
    .bind(JSON.stringify(filter), start, floor, limit + 10)
    .all<MessageRow & { event_row: number }>();
  const rows = results.map((row) => {
    const { event_row: _, ...message } = row;
    return message;
  });
  if (results.length < limit + 10) {
    return { messages: rows, next: floor > first ? String(floor) : null };
  }
  const lastRow = results.at(-1)?.event_row ?? floor;
  const whole = results.findIndex((row) => row.event_row === lastRow);
  const end = whole === 0 ? results.length : whole;
  return {
    messages: rows.slice(0, end),
    next: String(results[end - 1]?.event_row ?? floor),
  };
}

async function listOfTemplate(
  db: D1Database,
  filter: MessageFilter,
  limit: number,
  before: string | undefined,
): Promise<MessagePage> {
  const { results } = await db
    .prepare(ofTemplateSql)
    .bind(JSON.stringify(filter), before ?? "\u{10ffff}", TEMPLATE_ROWS, limit)
    .all<MessageRow>();
  const next = results.length === limit ? (results.at(-1)?.id ?? null) : null;
  return { messages: results, next };
}

/** A page of messages, newest first; of one order without paging. */
export async function listMessages(
  db: D1Database,
  filter: MessageFilter,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Promise<MessagePage> {
  if (filter.order !== undefined) {
    const { results } = await db
      .prepare(ofOrderSql)
      .bind(JSON.stringify(filter), limit)
      .all<MessageRow>();
    return { messages: results, next: null };
  }
  // What no event asks for is found by its ids alone.
  if (filter.template !== undefined && templates[filter.template].asked.by !== "event") {
    return await listOfTemplate(db, filter, limit, before);
  }
  return await listOfEvents(db, filter, limit, before);
}

/**
 * True where retention has left nothing but that it was told (message-retention.ts): there is nothing to
 * render it from, and nobody it could go to.
 */
export function isBare({ context, due_at }: Message): boolean {
  return context === null || due_at === "";
}

/** One message. Primary key. */
export async function loadMessage(db: D1Database, id: string): Promise<Message | null> {
  return await db.prepare("SELECT * FROM notifications WHERE id = ?1").bind(id).first<Message>();
}

/** The messages with these ids, in the order of their ids. Primary key. */
export async function loadMessages(
  db: D1Database,
  ids: readonly string[],
): Promise<readonly MessageRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${messageColumns} FROM notifications n WHERE n.id IN (SELECT value FROM json_each(?1)) ORDER BY n.id`,
    )
    .bind(JSON.stringify(ids))
    .all<MessageRow>();
  return results;
}

/**
 * `?2`: now. Primary key. What is bare stays as it is. Rendered anew, since what was true then need not be now, and under a key of
 * its own: the provider would take the old one for a repeat.
 */
const resendSql = `
UPDATE notifications SET status = 'pending', reason = NULL, error = NULL, next_attempt_at = ?2,
  awaits_sweep = 1, in_flight = 0, unanswered = 0, rendered = NULL, provider_message_id = NULL, sent_at = NULL,
  resends = resends + 1
WHERE id = ?1 AND status <> 'pending' AND due_at <> '' AND context IS NOT NULL
RETURNING id`;

/**
 * A person's act: the message is due once more. False where it is pending already, unknown, or so old that
 * only its identity is left.
 */
export async function resendMessage(db: D1Database, id: string, now: string): Promise<boolean> {
  const row = await db.prepare(resendSql).bind(id, now).first<{ id: string }>();
  return row !== null;
}

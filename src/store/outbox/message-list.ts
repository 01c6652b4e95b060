/**
 * Lists the outbox page by page. No index covers the time of every message. So the newest messages are found through
 * the events that asked for them, merged with the few that no event asked for; those of one template by the beginning
 * of their ids; those to a recipient through the orders. A page reads a bounded stretch.
 */
import { type Channel, customerChannels } from "../../notifications/channels";
import { type Template, templates } from "../../notifications/templates";
import { ifAsked } from "../filters";
import { quoted } from "../quoted";
import type { MessageRecord } from "../schema";
import { isUnasked } from "./conditions";

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

/** Columns whose values are names in the registries. */
interface Named {
  readonly template: Template;
  readonly channel: Channel;
}

export type MessageRow = Pick<MessageRecord, (typeof columnNames)[number]> & Named;

/** One message with all columns. */
export type Message = MessageRecord & Named;

export interface MessageFilter {
  readonly status?: MessageRow["status"] | undefined;
  readonly channel?: Channel | undefined;
  readonly template?: Template | undefined;
  readonly reason?: string | undefined;
  readonly order?: string | undefined;
  /** Messages to people: all except forwards, which are as many as events. */
  readonly audience?: "people" | undefined;
  /** Contacts of one recipient, in the form of order_contacts: messages to them, about orders that name them. */
  readonly contacts?: readonly string[] | undefined;
}

export interface MessagePage {
  readonly messages: readonly MessageRow[];
  /** The cursor of the next page; null after the last one. */
  readonly next: string | null;
}

/** The most events that a page reads. */
const STRETCH_ROWS = 2_000;
/** The most rows of one template that a page reads. */
const TEMPLATE_ROWS = 2_000;
/** The most orders of one recipient that are read: those with the highest numbers. */
const ORDERS_MAX = 50;
/** An event asks for a few messages; a page ends with a whole event. */
const HANDFUL = 10;

/** The columns of a MessageRow. */
export const messageColumns = columnNames.map((name) => `n.${name}`).join(", ");

/** `?1`: the filter as JSON. */
const matches = ["status", "channel", "template", "reason"]
  .map((field) => ifAsked(field, `n.${field} =`))
  .concat("(?1->>'audience' IS NULL OR n.channel <> 'forward')")
  .join(" AND ");

/** `?2`: limit; `?3`: offset. The primary keys behind the view. */
const ofOrders = (which: string): string => `
SELECT ${messageColumns} FROM order_messages n WHERE n.order_number ${which} AND ${matches}
ORDER BY n.created_at DESC, n.id LIMIT ?2 OFFSET ?3`;
const ofOrderSql = ofOrders("= ?1->>'order'");

const isAsked = "IN (SELECT value FROM json_each(?1, '$.contacts'))";

/** A message that has no address yet, or whose address was removed, belongs to the customer of its order. */
const isTo = `(n.recipient IS NULL AND n.channel IN (${quoted(customerChannels)})
    AND (n.channel = 'email') = (?1->>'$.contacts[0]' LIKE 'email:%')
  OR 'email:' || lower(n.recipient) ${isAsked} OR 'phone:' || ltrim(n.recipient, '+') ${isAsked})`;

/** The primary key of order_contacts, then as for one order. */
const ofRecipientSql = ofOrders(`IN (SELECT order_number FROM order_contacts
  WHERE contact ${isAsked} ORDER BY order_number DESC LIMIT ${String(ORDERS_MAX)})
  AND ${ifAsked("order", "n.order_number =")} AND ${isTo}`);

/** `?2`: before this row of the inbox; `?3`: from this row on; `?4`: limit. By rowid, primary key. */
const ofEventsSql = `
SELECT ${messageColumns}, e.rowid AS event_row, e.received_at AS listed_at
FROM webhook_events e CROSS JOIN json_each(e.outbox) j CROSS JOIN notifications n ON n.id = j.value
WHERE e.rowid < ?2 AND e.rowid >= ?3 AND e.outbox IS NOT NULL AND n.event_id = e.id AND ${matches}
ORDER BY e.rowid DESC, n.id LIMIT ?4`;

/**
 * `?2`: no older than this row of the inbox; null: any age; `?3`, `?4`: before this time and id; `?5`: limit.
 * notifications_unasked, which has few rows compared with the inbox.
 */
const unaskedSql = `
SELECT ${messageColumns}, n.created_at AS listed_at
FROM notifications n INDEXED BY notifications_unasked
WHERE ${isUnasked} AND (n.created_at, n.id) < (?3, ?4) AND ${matches} AND n.created_at >= coalesce(
  (SELECT received_at FROM webhook_events WHERE rowid >= ?2 ORDER BY rowid LIMIT 1), '')
ORDER BY n.created_at DESC, n.id DESC LIMIT ?5`;

/** `?2`: before this id; `?3`: rows to read; `?4`: limit. Primary key, highest ids first. */
const ofTemplateSql = `
SELECT ${messageColumns} FROM notifications n WHERE n.id IN (
  SELECT id FROM (SELECT id FROM notifications
    WHERE id >= ?1->>'template' || '/' AND id < ?1->>'template' || '0' AND id < ?2
    ORDER BY id DESC LIMIT ?3)) AND ${matches}
ORDER BY n.id DESC LIMIT ?4`;

/** By rowid: the first and the last row of the inbox. */
const endsSql = `
SELECT (SELECT min(rowid) FROM webhook_events) AS first, (SELECT max(rowid) FROM webhook_events) AS last`;

/** A message with its place in the list: that of its event, or its own if no event asked for it. */
type Listed = MessageRow & { readonly event_row?: number; readonly listed_at: string };

/** How far the list has come among the events, and among the messages that no event asked for. */
interface Place {
  readonly row: number | null;
  readonly at: string;
  readonly id: string;
}

/** `8211`, or `8211,2026-11-24T10:00:00.000Z,alert/…`. */
function readCursor(cursor: string | undefined): Place {
  const [, row, at = "~", id = ""] = /^(\d{1,15})(?:,([^,]+),(.+))?$/.exec(cursor ?? "") ?? [];
  return { row: row === undefined ? null : Number(row), at, id };
}

function messageOf(listed: Listed): MessageRow {
  const { event_row: _, listed_at: __, ...message } = listed;
  return message;
}

/** The newest of both, `limit` or a few more. Returns how many events and how many other messages they are. */
function merge(events: readonly (readonly Listed[])[], others: readonly Listed[], limit: number) {
  const messages: Listed[] = [];
  let [taken, passed] = [0, 0];
  while (messages.length < limit) {
    const [event, other] = [events[taken], others[passed]];
    if (event !== undefined && (event[0]?.listed_at ?? "") >= (other?.listed_at ?? "")) {
      messages.push(...event);
      taken += 1;
    } else if (other !== undefined) {
      messages.push(other);
      passed += 1;
    } else break;
  }
  return { messages, taken, passed };
}

async function listOfEvents(
  db: D1Database,
  filter: MessageFilter,
  limit: number,
  before: string | undefined,
): Promise<MessagePage> {
  const place = readCursor(before);
  const ends = await db.prepare(endsSql).first<{ first: number | null; last: number | null }>();
  const [first, last] = [ends?.first ?? 0, ends?.last ?? 0];
  const start = place.row ?? last + 1;
  const floor = Math.max(first, start - STRETCH_ROWS);
  const most = limit + HANDFUL;
  const asked = JSON.stringify(filter);
  const [found, unasked] = await db.batch<Listed>([
    db.prepare(ofEventsSql).bind(asked, start, floor, most),
    db.prepare(unaskedSql).bind(asked, floor > first ? floor : null, place.at, place.id, limit + 1),
  ]);
  const [results, others] = [found?.results ?? [], unasked?.results ?? []];
  const isCut = results.length === most;
  const all = [...Map.groupBy(results, (message) => message.event_row).values()];
  const events = isCut && all.length > 1 ? all.slice(0, -1) : all;
  const { messages, taken, passed } = merge(events, others, limit);
  const isCutShort = isCut || taken < events.length;
  const row = isCutShort ? (events[taken - 1]?.[0]?.event_row ?? start) : floor;
  const { listed_at: at, id } = others[passed - 1] ?? { listed_at: place.at, id: place.id };
  const isMore = isCutShort || passed < others.length || floor > first;
  return {
    messages: messages.map(messageOf),
    next: isMore ? [row, ...(id === "" ? [] : [at, id])].join(",") : null,
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

/** A page of messages, newest first. */
export async function listMessages(
  db: D1Database,
  filter: MessageFilter,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Promise<MessagePage> {
  if (filter.order !== undefined || filter.contacts !== undefined) {
    const passed = Number(before ?? 0);
    const { results } = await db
      .prepare(filter.contacts === undefined ? ofOrderSql : ofRecipientSql)
      .bind(JSON.stringify(filter), limit, Number.isSafeInteger(passed) ? passed : 0)
      .all<MessageRow>();
    return { messages: results, next: results.length < limit ? null : String(passed + limit) };
  }
  // Messages that no event asks for are found by their ids alone.
  if (filter.template !== undefined && templates[filter.template].asked.by !== "event") {
    return await listOfTemplate(db, filter, limit, before);
  }
  return await listOfEvents(db, filter, limit, before);
}

/** True if retention has removed what it is rendered from, and its recipient (message-retention.ts). */
export function isBare({ context }: Message): boolean {
  return context === null;
}

/** Primary key. */
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
 * `?2`: now. Primary key. Bare messages stay unchanged. The message is rendered again, since the facts may have
 * changed, and gets a new idempotency key: the provider would treat the old one as a repeat.
 */
const resendSql = `
UPDATE notifications SET status = 'pending', reason = NULL, error = NULL, next_attempt_at = ?2,
  awaits_sweep = 1, in_flight = 0, unanswered = 0, rendered = NULL, provider_message_id = NULL, sent_at = NULL,
  resends = resends + 1
WHERE id = ?1 AND status <> 'pending' AND context IS NOT NULL
RETURNING id`;

/**
 * A person's action: makes the message due again. False if it is pending, unknown, or bare.
 */
export async function resendMessage(db: D1Database, id: string, now: string): Promise<boolean> {
  const row = await db.prepare(resendSql).bind(id, now).first<{ id: string }>();
  return row !== null;
}

/** One event for people: its data, what it changed, what overrides it, and its messages. */
import { parseJson } from "../events/values";
import { VIEW_LIMITS } from "../limits";
import { explainEventAlone } from "../projection/history/explain";
import type { EventExplanation, SettingExplanation } from "../projection/history/explanation";
import { asJudged, interpret } from "../projection/interpret";
import type { Patch } from "../projection/registers";
import type { StoreDefaults } from "../projection/store-defaults";
import { type LeftOut, leftOutOfEvent } from "./left-out";
import { loadEventIds } from "../store/state/history";
import { loadRowsOf } from "../store/state/rows";
import { loadEvent, type StoredEvent } from "../store/inbox/inspection";
import type { EventRecord } from "../store/schema";
import { loadMessages, type MessageRow } from "../store/outbox/message-list";

export interface EventView {
  readonly event: StoredEvent;
  readonly notes: readonly string[];
  readonly outcome: EventExplanation["outcome"];
  /** Its values that no other event has overridden. */
  readonly changed: readonly SettingExplanation[];
  /** Its values that another event has overridden, with the reason. */
  readonly overridden: readonly SettingExplanation[];
  readonly messages: readonly MessageRow[];
  readonly leftOut: readonly LeftOut[];
}

/** The maximum number of rows of an event that are compared. */
const EVENT_ROWS = VIEW_LIMITS.rows;

function parseTexts(json: string | null): readonly string[] {
  const parsed = parseJson(json);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function patchesOf(event: EventRecord, defaults: StoreDefaults): readonly Patch[] {
  const { id, type_hint: typeHint, received_at: receivedAt, payload } = event;
  if (payload === null) return [];
  return interpret({ id, typeHint, receivedAt, payload }, asJudged(defaults)).patches;
}

/** Null if no event has this id. Three round trips. */
export async function viewEvent(
  db: D1Database,
  id: string,
  defaults: StoreDefaults,
): Promise<EventView | null> {
  const event = await loadEvent(db, id);
  if (event === null) return null;
  const all = patchesOf(event, defaults);
  const patches = all.slice(0, EVENT_ROWS);
  const [rows, messages] = await Promise.all([
    loadRowsOf(db, patches, VIEW_LIMITS),
    loadMessages(db, parseTexts(event.outbox)),
  ]);
  const explained = explainEventAlone(
    {
      id,
      eventType: event.event_type,
      typeHint: event.type_hint,
      receivedAt: event.received_at,
      occurredAt: event.occurred_at,
      status: event.status,
      error: event.error,
      redeliveries: event.redeliveries,
      conflicts: event.conflicts,
      payload: event.payload,
    },
    rows,
    await loadEventIds(db, rows),
    defaults,
  );
  return {
    event,
    notes: parseTexts(event.notes),
    outcome: explained.outcome,
    changed: explained.settings.filter(({ comparison }) => comparison === "stands"),
    overridden: explained.settings.filter(({ comparison }) => comparison !== "stands"),
    messages,
    // If the event is not applied, its rows need not exist.
    leftOut: leftOutOfEvent(event.status === "processed" ? all.length - rows.length : 0),
  };
}

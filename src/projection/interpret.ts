/**
 * The whole meaning of one stored event: its verdict, the values that it sets, and the messages that it asks
 * for. A pure function of the event as it was first received.
 */
import { isImported } from "../events/imports/import-id";
import type { ContactClaim } from "./patches/contacts";
import { type Description, describe } from "../events/identity";
import { decodeEvent, recognizeEvent } from "./decode";
import type { StoredEvent } from "./decoded-event";
import type { OutboxRow } from "./outbox-row";
import { type OutboxOptions, outboxRows } from "./outbox-rows";
import { projectEvent } from "./patches/patches";
import type { Patch } from "./registers";
import type { StoreDefaults } from "./store-defaults";

export interface Interpretation {
  readonly id: string;
  /** What the inbox stores about it. After a fix and a replay this can be more than before. */
  readonly description: Description;
  readonly status: "processed" | "ignored" | "quarantined";
  /** Why it was ignored or quarantined. */
  readonly error: string | null;
  readonly notes: readonly string[];
  /** The precedence that it claims for the status of its subject's row; null if it claims none. */
  readonly statusPrecedence: string | null;
  readonly patches: readonly Patch[];
  readonly outbox: readonly OutboxRow[];
  /** The contacts by which its order can be found. */
  readonly contacts: readonly ContactClaim[];
}

export interface InterpretOptions extends OutboxOptions, StoreDefaults {
  /**
   * An event whose own time is more than this many days before its first receipt is ignored: it may be the
   * repeat of a purged event. Null: no event is too old.
   */
  readonly dedupeDays: number | null;
}

/**
 * Options to read a processed event again, for explanation and rebuild: nobody is notified, and its age is not
 * checked again, since that was done with the setting of the day when it was applied. The defaults are those of
 * the consumer, so a rebuild changes nothing unless they have changed.
 */
export function asJudged(defaults: StoreDefaults): InterpretOptions {
  return { ...defaults, rules: [], forwardTo: [], reviewDelayMs: 0, dedupeDays: null };
}

export function interpret(stored: StoredEvent, options: InterpretOptions): Interpretation {
  const recognized = recognizeEvent(stored, options.timeZone);
  const description = describe(recognized.body, recognized.identity);
  // The history of a shop may be of any age, and nobody is notified of it.
  const isImport = isImported(stored.id);
  const decoded = decodeEvent(recognized, isImport ? null : options.dedupeDays);
  if (decoded.outcome !== "decoded") {
    const { outcome, reason } = decoded;
    return {
      id: stored.id,
      description,
      status: outcome,
      error: reason,
      notes: [],
      statusPrecedence: null,
      patches: [],
      outbox: [],
      contacts: [],
    };
  }
  const { event } = decoded;
  const { patches, notes, contacts } = projectEvent(event, options);
  const outbox = isImport ? [] : outboxRows(event, options);
  const orderNumber = event.subject === "order" ? event.key : event.orderNumber;
  // The first patch is the one of the event's own subject; nested rows follow.
  const statusPrecedence = patches[0]?.settings.get("status")?.precedence ?? null;
  return {
    id: stored.id,
    description,
    status: "processed",
    error: null,
    notes,
    statusPrecedence,
    patches,
    outbox,
    contacts: orderNumber === null ? [] : contacts.map((contact) => ({ contact, orderNumber })),
  };
}

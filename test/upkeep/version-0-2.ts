/**
 * Events as a Worker of version 0.2 leaves them: applied with its precedences, and without the columns of the inbox
 * that it does not know. The real Worker of that version runs in test/node/upgrade.test.ts.
 */
import { env } from "cloudflare:workers";
import type { Subject } from "../../src/events/catalog";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { foldPatches } from "../../src/projection/fold";
import { usualRules } from "../support/rules";
import { asJudged, interpret } from "../../src/projection/interpret";
import { escapeId } from "../../src/projection/precedence";
import { registersOf02 } from "../../src/projection/precedence-0-2";
import type { Entity, Patch } from "../../src/projection/registers";
import { applyBatch } from "../../src/store/state/apply";
import { defaults } from "../support/defaults";

const DIGITS = "$0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** The rank of version 0.2 for each current stage, by position. */
const ranks: Readonly<Record<Subject, readonly number[]>> = {
  order: [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 4],
  payment: [0, 1, 2, 3, 4, 0, 0, 5, 0],
  refund: [0, 1, 2, 3, 4],
  shipment: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
};

function valueOf(digits: string): number {
  return Array.from(digits).reduce((sum, digit) => sum * 64 + DIGITS.indexOf(digit), 0);
}

/** A current precedence in the format of version 0.2. */
export function asOld(precedence: string, scale: Subject, eventId: string): string {
  const ms = valueOf(precedence.slice(1, 8));
  const time =
    ms === 0 ? "0000-00-00T00:00:00.000Z" : new Date(Date.UTC(2000, 0, 1) + ms - 1).toISOString();
  const rank = ranks[scale][valueOf(precedence.charAt(8))] ?? 0;
  return `${time} ${String(rank).padStart(2, "0")} ${escapeId(eventId)}`;
}

const scales: Readonly<Record<Entity, Subject>> = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "shipment",
};

/** Columns that were added to its registers later. */
const columnsSince = new Set([
  "discount_micros",
  "handling_micros",
  "credit_used_micros",
  "payable_micros",
  "billing_address",
  "order_day",
  "payment_day",
  "refund_day",
]);

function oldPatch({ entity, key, settings }: Patch, eventId: string): Patch {
  const known = [...settings].filter(([register]) => registersOf02(entity).includes(register));
  const old = known.flatMap(([register, { precedence, values }]) => {
    const scale = register === "snapshot_payment" ? "payment" : scales[entity];
    const then = Object.entries(values).filter(([column]) => !columnsSince.has(column));
    if (then.every(([, value]) => value === null)) return [];
    const setting = {
      values: Object.fromEntries(then),
      precedence: asOld(precedence, scale, eventId),
    };
    return [[register, setting] as const];
  });
  return { entity, key, settings: new Map(old) };
}

/** Writes the inbox rows as either version does at receipt; existing rows stay unchanged. */
export async function receive(
  events: readonly StoredEvent[],
  version: "0.2" | "now",
): Promise<void> {
  const rows = events.map((event) => {
    const { description: d } = interpret(event, asJudged(defaults));
    const form = version === "now" ? d.form : null;
    const hint = version === "now" ? event.typeHint : null;
    const type = version === "now" ? d.eventType : (event.typeHint ?? d.eventType);
    const about = [d.subject, d.subjectId, d.orderNumber, d.occurredAt];
    return [event.id, type, form, hint, ...about, event.receivedAt, event.payload];
  });
  await env.DB.prepare(
    `INSERT INTO webhook_events (id, event_type, form, type_hint, subject, subject_id, order_number,
      occurred_at, received_at, payload, status, body_sha256)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
      value->>8, value->>9, 'received', '' FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`,
  )
    .bind(JSON.stringify(rows))
    .run();
}

/** Receives the events and applies them as one batch, as that version does. */
export async function tell(events: readonly StoredEvent[], version: "0.2" | "now"): Promise<void> {
  await receive(events, version);
  const isOld = version === "0.2";
  const told = events.map((event) => {
    const meaning = interpret(event, { ...asJudged(defaults), rules: usualRules });
    const { id, status, error, notes, statusPrecedence: claim, description } = meaning;
    const subject = description.subject ?? "order";
    const statusPrecedence = isOld && claim !== null ? asOld(claim, subject, id) : claim;
    const verdict = { id, status, error, notes, statusPrecedence, description: null, outbox: [] };
    const patches = isOld ? meaning.patches.map((patch) => oldPatch(patch, id)) : meaning.patches;
    return { ...meaning, patches, verdict };
  });
  const [first] = events;
  if (first === undefined) return;
  const batch = {
    patches: foldPatches(told.flatMap(({ patches }) => patches)),
    amountClaims: [],
    erasedBodies: [],
    alerts: [],
    contacts: told.flatMap(({ contacts }) => contacts),
    outbox: told.flatMap(({ outbox }) => outbox),
    verdicts: told.map(({ verdict }) => verdict),
  };
  await applyBatch(env.DB, batch, first.receivedAt);
}

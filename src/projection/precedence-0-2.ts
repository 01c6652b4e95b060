/**
 * The precedence of version 0.2: `<ISO time> <two digits of rank> <escaped event id>`. Migration 0013 has
 * rewritten the stored ones. A Worker of 0.2 that still runs for a while, or after a rollback, writes new ones,
 * and the archive contains old ones. The first character is a digit, which sorts above the `$` of today.
 */
import type { Subject } from "../events/catalog";
import { isKnownStatus, stageOf } from "../events/stages";
import { encodePrecedence, hashEscapedId } from "./precedence";
import { type Entity, registersOf, type Value } from "./registers";

const UNKNOWN_TIME = "0000-00-00T00:00:00.000Z";
const OLD = /^(\d{4}-\d{2}-\d{2}T[\d:.]{12}Z) (\d{2}) (.*)$/s;

/** Registers that 0.2 does not have: it never writes them. */
const later: ReadonlySet<string> = new Set(["refundable", "extra"]);

/** The registers of 0.2. */
export function registersOf02(entity: Entity): readonly string[] {
  return registersOf(entity).flatMap(([register]) => (later.has(register) ? [] : [register]));
}

const scaleOf: Readonly<Record<Entity, Subject>> = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "shipment",
};

/**
 * The ranks of 0.2 on today's scales. Its scale of orders was coarser: statuses with the rank of `confirmed` get
 * the stage of `confirmed` until the order's events are read again.
 */
const stages: Readonly<Record<Subject, readonly number[]>> = {
  order: [0, 1, 2, 10, 11],
  payment: [0, 1, 2, 3, 4, 7],
  refund: [0, 1, 2, 3, 4],
  shipment: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
};

/**
 * The precedence in today's encoding; unchanged if 0.2 did not write it. `status`: the status that was set with
 * it, if it is known, since it has its own stage today.
 */
export function renewPrecedence(text: string, scale: Subject, status: Value = null): string {
  const match = OLD.exec(text);
  if (match === null) return text;
  const [, time = "", rank = "", escapedId = ""] = match;
  const stage =
    typeof status === "string" && isKnownStatus(scale, status)
      ? stageOf(scale, status, null)
      : (stages[scale][Number(rank)] ?? 0);
  return encodePrecedence({
    time: time === UNKNOWN_TIME ? null : time,
    stage,
    tie: null,
    idHash: hashEscapedId(escapedId),
  });
}

/**
 * The precedences of a row in today's encoding, in the order of its registers. A register with the same
 * precedence as the status was set by the same event, with that status.
 */
export function renewRow(entity: Entity, row: Readonly<Record<string, Value>>): readonly string[] {
  return registersOf02(entity).map((register) => {
    const text = String(row[`${register}_precedence`] ?? "");
    if (register === "snapshot_payment") {
      return renewPrecedence(text, "payment", row["snapshot_payment_status"]);
    }
    const isOfStatus = text === row["status_precedence"];
    return renewPrecedence(text, scaleOf[entity], isOfStatus ? row["status"] : null);
  });
}

/**
 * Bodies of a file in; what they change, or would change, out. An import takes the way of a delivery: each body
 * becomes an event, which the consumer writes to the inbox and applies in one batch with its verdict. Only the
 * queue is left out, since the person who imports waits for the answer and sends slice after slice. What is not
 * understood is reported and not stored: the file still has it.
 */
import { sha256 } from "../digest";
import type { Piece } from "../events/imports/body-splitter";
import { importId } from "../events/imports/import-id";
import { encodeMessage, type WholeEvent } from "../events/queue-message";
import { IMPORT_MAX_DIFFERENCES, IMPORT_VALUE_CHARACTERS } from "../limits";
import {
  effectsOf,
  type ImportDifference,
  type ImportEffect,
} from "../projection/history/import-effect";
import { foldPatches } from "../projection/fold";
import { interpret, type Interpretation } from "../projection/interpret";
import { hashId, idHashIn } from "../projection/precedence";
import type { StateRow } from "../projection/history/explanation";
import { UnreadableArchive } from "../store/closed-orders/archived-orders";
import { keysTouched } from "../store/closed-orders/keys";
import { findApplied, loadRowEvents, type RowEvent } from "../store/inbox/imports";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import { loadRowsOf } from "../store/state/rows";
import { consumeEvents, type ConsumerDeps } from "./consumer";
import type { Delivery } from "./deliveries";

type Body = Extract<Piece, { readonly kind: "body" }>;

interface ImportProblem {
  readonly line: number;
  readonly reason: string;
}

/** A difference, as it is answered: with the event that has set the stored value. */
interface ReportedDifference extends Omit<ImportDifference, "precedence"> {
  readonly line: number;
  readonly order_number: string | null;
  readonly set_by: RowEvent | null;
}

/** The answer of the API. */
export interface ImportReport {
  readonly dry_run: boolean;
  readonly bodies: number;
  /** Imported before. */
  readonly known: number;
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Stored and not applied yet: the sweep applies them. */
  readonly waiting: number;
  readonly errors: readonly ImportProblem[];
  readonly differences: readonly ReportedDifference[];
  readonly differences_left_out: number;
}

/** A body that is understood. */
interface Understood {
  readonly body: Body;
  readonly event: WholeEvent;
  readonly meaning: Interpretation;
}

/** Rows that are read at once. */
const ROWS_AT_ONCE = { rows: 1_000, events: 0, bytes: 8_000_000 } as const;

async function understand(
  { db, options, now }: ConsumerDeps,
  bodies: readonly Body[],
): Promise<{
  readonly understood: readonly Understood[];
  readonly errors: readonly ImportProblem[];
}> {
  const list = await loadSuppressionList(db);
  const receivedAt = now().toISOString();
  const understood = new Map<string, Understood>();
  const errors: ImportProblem[] = [];
  for (const body of bodies) {
    const bodySha256 = (await sha256(body.text)).toHex();
    const id = importId(bodySha256);
    const payload = await list.erase(body.text);
    const stored = { id, typeHint: null, receivedAt, payload };
    const meaning = interpret(stored, { ...options, forwardTo: [] });
    if (meaning.status !== "processed") {
      errors.push({ line: body.line, reason: meaning.error ?? "it is not understood" });
      continue;
    }
    const frame = { id, typeHint: null, receivedAt, bodySha256, verifiedBy: null, stored: false };
    const event = { ...frame, eventType: meaning.description.eventType ?? "", payload: body.text };
    // The same body twice is one event.
    if (!understood.has(id)) understood.set(id, { body, event, meaning });
  }
  return { understood: [...understood.values()], errors };
}

/**
 * Brings back the archived orders that the bodies touch, so that they are compared with what is known of them. If a
 * file cannot be read, a dry run fails; otherwise the event that needs it waits, and the others are applied.
 */
async function putBackTouched(
  { putBack }: ConsumerDeps,
  understood: readonly Understood[],
  isDryRun: boolean,
): Promise<void> {
  try {
    await putBack(keysTouched(foldPatches(understood.flatMap(({ meaning }) => meaning.patches))));
  } catch (error) {
    if (isDryRun || !(error instanceof UnreadableArchive)) throw error;
  }
}

/** The rows that the bodies patch, as they are now. */
async function loadPatched(
  db: D1Database,
  understood: readonly Understood[],
): Promise<readonly StateRow[]> {
  const named = understood.flatMap(({ meaning: { patches } }) =>
    patches.flatMap(({ entity, key, settings }) => {
      const order = settings.get("link")?.values["named_order"];
      const own = { entity, key };
      return typeof order === "string" ? [own, { entity: "orders" as const, key: order }] : [own];
    }),
  );
  const keys = [...new Map(named.map((row) => [`${row.entity} ${row.key}`, row])).values()];
  const rows: StateRow[] = [];
  for (let at = 0; at < keys.length; at += ROWS_AT_ONCE.rows) {
    rows.push(...(await loadRowsOf(db, keys.slice(at, at + ROWS_AT_ONCE.rows), ROWS_AT_ONCE)));
  }
  return rows;
}

const shortened = (value: ImportDifference["stored"]): ImportDifference["stored"] =>
  typeof value === "string" ? value.slice(0, IMPORT_VALUE_CHARACTERS) : value;

/** With the events that have set what is stored, as far as they are still in the inbox. */
async function report(
  db: D1Database,
  found: readonly (ImportDifference & Pick<ReportedDifference, "line" | "order_number">)[],
): Promise<readonly ReportedDifference[]> {
  const set = found.filter(({ precedence }) => precedence !== "");
  const keys = set.flatMap(({ key, order_number: order }) => [key, order ?? key]);
  const events = await loadRowEvents(db, [...new Set(keys)]);
  const byHash = new Map(events.map((event) => [hashId(event.id), event]));
  return found.map(({ precedence, ...difference }) => ({
    ...difference,
    stored: shortened(difference.stored),
    imported: shortened(difference.imported),
    set_by: precedence === "" ? null : (byHash.get(idHashIn(precedence)) ?? null),
  }));
}

/** Applies the events as the consumer applies a batch of the queue; returns the ids of those that it gave back. */
async function applyImports(
  deps: ConsumerDeps,
  events: readonly WholeEvent[],
): Promise<ReadonlySet<string>> {
  const returned = new Set<string>();
  const deliveries = events.map((event): Delivery => ({
    id: event.id,
    body: encodeMessage(event),
    attempts: 1,
    ack: () => undefined,
    retry: () => {
      returned.add(event.id);
    },
  }));
  await consumeEvents(deliveries, deps);
  return returned;
}

/** What the bodies change, and what of them differs from the rows that are stored. */
async function findEffects(db: D1Database, compared: readonly Understood[]) {
  const meanings = compared.map(({ meaning }) => meaning);
  const effects = effectsOf(meanings, await loadPatched(db, compared));
  return compared.map(({ body, event, meaning }, index) => {
    const { kind = "unchanged", differences = [] } = effects[index] ?? {};
    const of = { line: body.line, order_number: meaning.description.orderNumber };
    return { id: event.id, kind, differences: differences.map((one) => ({ ...one, ...of })) };
  });
}

/**
 * One slice of a file. Null if D1 has not applied it: it can be sent again. A dry run also says how what was
 * imported before differs from what is stored now.
 */
export async function importPieces(
  deps: ConsumerDeps,
  pieces: readonly Piece[],
  isDryRun: boolean,
): Promise<ImportReport | null> {
  const { db } = deps;
  const broken = pieces.filter((piece) => piece.kind === "broken");
  const bodies = pieces.filter((piece) => piece.kind === "body");
  const { understood, errors } = await understand(deps, bodies);
  const ids = understood.map(({ event }) => event.id);
  const applied = await findApplied(db, ids);
  const open = understood.filter(({ event }) => !applied.has(event.id));
  await putBackTouched(deps, isDryRun ? understood : open, isDryRun);
  const effects = await findEffects(db, isDryRun ? understood : open);
  const events = open.map(({ event }) => event);
  const waiting = isDryRun ? new Set<string>() : await applyImports(deps, events);
  if (waiting.size > 0 && waiting.size === events.length) return null;
  const kinds = effects
    .filter(({ id }) => !applied.has(id) && !waiting.has(id))
    .map(({ kind }) => kind);
  const count = (kind: ImportEffect["kind"]): number => kinds.filter((one) => one === kind).length;
  const found = isDryRun ? effects.flatMap(({ differences }) => differences) : [];
  const listed = found.slice(0, IMPORT_MAX_DIFFERENCES);
  return {
    dry_run: isDryRun,
    bodies: pieces.length,
    known: bodies.length - errors.length - open.length,
    new: count("new"),
    changed: count("changed"),
    unchanged: count("unchanged"),
    waiting: waiting.size,
    errors: [...broken.map(({ line, reason }) => ({ line, reason })), ...errors].toSorted(
      (a, b) => a.line - b.line,
    ),
    differences: await report(db, listed),
    differences_left_out: found.length - listed.length,
  };
}

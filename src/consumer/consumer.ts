/**
 * A batch of messages in, one D1 batch out, and an ack or retry for each message. It takes two round trips. The
 * first writes events that only the queue had, and reads what the inbox knows. The second applies state, outbox and
 * statuses together, without people on the suppression list. A message is acked only after that batch has
 * committed. If the run dies in between, the message is delivered again and changes nothing.
 */
import { applyOnceBack } from "./archived-orders";
import { ackWork, attemptsOf, type Delivery, gatherWork, halvesOf, type Work } from "./deliveries";
import { amountClaims } from "../projection/patches/amount-claims";
import { isImported } from "../events/imports/import-id";
import { classifyTrouble } from "./trouble";
import { knownSuppressionList, SuppressionListChanged } from "../store/privacy/suppression-list";
import { EVENT_MAX_RETRIES, SHARED_MAX_CHARACTERS } from "../limits";
import type { Alert } from "../store/outbox/alerts";
import { type BodiesDeps, findBodies, type Found } from "./bodies";
import { type InboxRow, isDescribed, noteFailedTry, type Verdict } from "../store/inbox/inbox";
import { unknownBodyAlert } from "../store/outbox/alerts";
import { foldPatches } from "../projection/fold";
import type { ForwardTarget } from "../projection/event-filter";
import type { ErasedBody } from "../store/privacy/erased-bodies";
import { recordBeat } from "../store/set-up/beats";
import type { Application } from "../store/state/apply";
import { type PutBack, UnreadableArchive } from "../store/closed-orders/archived-orders";
import { errorText, log } from "../log";
import { retryDelaySeconds, type Trouble } from "./backoff";
import { interpret, type Interpretation, type InterpretOptions } from "../projection/interpret";
import { giveWay } from "../time-limit";

export interface ConsumerDeps extends BodiesDeps {
  /** Applies a batch, unless the suppression list has changed; returns the ids of messages due now. */
  readonly apply: (batch: Application, listVersion: number) => Promise<readonly string[]>;
  readonly putBack: PutBack;
  /** Wakes the dispatch of notifications; the sweep finds what a lost call leaves behind. */
  readonly wake: (ids: readonly string[]) => Promise<void>;
  readonly options: Omit<InterpretOptions, "forwardTo">;
  /** Where events are forwarded to now. */
  readonly forwardTo: () => Promise<readonly ForwardTarget[]>;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
}

/** How often a batch is processed because the suppression list has changed. */
const LOOKS = 3;

/** An event that is ready to be applied. */
interface Ready {
  readonly work: Work;
  readonly row: InboxRow;
  readonly erasedBody: ErasedBody | null;
  /** Beside those of the interpretation. */
  readonly notes: readonly string[];
  readonly interpretation: Interpretation;
}

/**
 * Returns events to the queue. The error is stored with each event, if D1 accepts it, so that a failed event shows
 * why it failed.
 */
async function giveBack(
  deps: ConsumerDeps,
  works: readonly Work[],
  trouble: Trouble,
  error: string,
): Promise<void> {
  for (const work of works) {
    const delaySeconds = retryDelaySeconds(trouble, attemptsOf(work), deps.random());
    for (const delivery of work.deliveries) delivery.retry({ delaySeconds });
  }
  const ids = works.map(({ id }) => id);
  const attempts = Math.max(...works.map(attemptsOf));
  if (trouble === "data") log.error("event_failed", { id: ids[0], attempts, error });
  else log.warn("batch_retried", { events: ids.length, trouble, attempts, error });
  try {
    await noteFailedTry(deps.db, ids, error);
    // The queue moves the message to the dead-letter queue, whose consumer notes that it has taken it.
    if (attempts > EVENT_MAX_RETRIES) {
      await recordBeat(deps.db, "dead_lettered_at", deps.now().getTime());
    }
  } catch (noteError) {
    log.warn("error_not_noted", { events: ids.length, error: errorText(noteError) });
  }
}

/** Null if a bug in our code makes it fail: it waits for the fix, but the other events do not. */
async function understand(
  deps: ConsumerDeps,
  { work, event, row, erasedBody, notes }: Extract<Found, { readonly kind: "body" }>,
  forwardTo: readonly ForwardTarget[],
): Promise<Ready | null> {
  try {
    const interpretation = interpret(event, { ...deps.options, forwardTo });
    return { work, row, erasedBody, notes, interpretation };
  } catch (error) {
    await giveBack(deps, [work], "data", errorText(error));
    return null;
  }
}

function verdictOf({ row, interpretation, ...ready }: Ready): Verdict {
  const { id, status, error, statusPrecedence } = interpretation;
  const notes = [...interpretation.notes, ...ready.notes];
  const description = isDescribed(row, interpretation.description)
    ? null
    : interpretation.description;
  const outbox = interpretation.outbox.map((row) => row.id);
  return { id, description, status, error, notes, statusPrecedence, outbox };
}

/** One alert for all bodies without a known form: a person must check what the sender sends. */
function alertsOf(meanings: readonly Interpretation[]): readonly Alert[] {
  const unknown = meanings.find(({ description }) => description.form === "unknown");
  return unknown === undefined ? [] : [unknownBodyAlert(unknown.id, unknown.error ?? "")];
}

/**
 * Applies the events in one batch: either deliveries or imports, since imports send no messages. If the data of one
 * event makes a statement fail, or its archived rows cannot be read, the batch is halved until that event is alone: it is
 * returned to the queue with its error, and the others are applied. `refused`: why no archived rows are brought back.
 */
async function applyAll(
  deps: ConsumerDeps,
  ready: readonly Ready[],
  listVersion: number,
  refused: UnreadableArchive | null = null,
): Promise<void> {
  if (ready.length === 0) return;
  const isSilent = ready.every(({ row }) => isImported(row.id));
  let due: readonly string[];
  try {
    const meanings = ready.map(({ interpretation }) => interpretation);
    const batch = {
      patches: foldPatches(meanings.flatMap(({ patches }) => patches)),
      amountClaims: amountClaims(meanings),
      contacts: meanings.flatMap(({ contacts }) => contacts),
      outbox: meanings.flatMap(({ outbox }) => outbox),
      verdicts: ready.map(verdictOf),
      erasedBodies: ready.flatMap(({ erasedBody }) => erasedBody ?? []),
      alerts: isSilent ? [] : alertsOf(meanings),
      isSilent,
    };
    due = await applyOnceBack(deps, batch, listVersion, refused);
  } catch (error) {
    if (error instanceof SuppressionListChanged) throw error;
    const trouble = classifyTrouble(error);
    const unreadable = error instanceof UnreadableArchive ? error : refused;
    const parts = trouble === "data" || error === unreadable ? halvesOf(ready) : null;
    if (parts === null) {
      const works = ready.map(({ work }) => work);
      return await giveBack(deps, works, trouble, errorText(error));
    }
    for (const part of parts) await applyAll(deps, part, listVersion, unreadable);
    return;
  }
  for (const { work, interpretation } of ready) {
    ackWork(work);
    // The inbox has the status of applied events; a log line for each would cost more than to apply it.
    const { id, status, error } = interpretation;
    if (status !== "processed") {
      log.info("event", { id, status, attempts: attemptsOf(work), reason: error });
    }
  }
  log.info("applied", { events: ready.length });
  if (due.length > 0) await deps.wake(due);
}

/**
 * One slice; returns the work whose bodies did not fit. If one event cannot be written to the inbox, the slice is
 * halved until that event is alone.
 */
async function consumeSlice(deps: ConsumerDeps, works: readonly Work[]): Promise<readonly Work[]> {
  const list = knownSuppressionList(deps.db);
  let found: readonly Found[];
  let forwardTo: readonly ForwardTarget[];
  try {
    [found, forwardTo] = await Promise.all([findBodies(deps, works, list), deps.forwardTo()]);
  } catch (error) {
    const trouble = classifyTrouble(error);
    const parts = trouble === "data" ? halvesOf(works) : null;
    if (parts === null) {
      await giveBack(deps, works, trouble, errorText(error));
      return [];
    }
    const deferred: Work[] = [];
    for (const part of parts) deferred.push(...(await consumeSlice(deps, part)));
    return deferred;
  }
  const ready: Ready[] = [];
  for (const one of found) {
    if (one.kind === "settled") ackWork(one.work);
    if (one.kind !== "body") continue;
    if (one.event.payload.length > SHARED_MAX_CHARACTERS) await giveWay();
    const understood = await understand(deps, one, forwardTo);
    if (understood !== null) ready.push(understood);
  }
  const areImports = (expected: boolean) =>
    ready.filter(({ row }) => isImported(row.id) === expected);
  for (const part of [areImports(false), areImports(true)]) {
    await applyAll(deps, part, list.version);
  }
  return found.flatMap(({ kind, work }) => (kind === "deferred" ? [work] : []));
}

/** Consumes a batch of ce-events. Never throws because of an event. */
export async function consumeEvents(
  deliveries: Iterable<Delivery>,
  deps: ConsumerDeps,
): Promise<void> {
  let works = gatherWork(deliveries);
  for (let looks = 1; works.length > 0;) {
    try {
      works = await consumeSlice(deps, works);
    } catch (error) {
      // Events that are already applied are recognized.
      if (!(error instanceof SuppressionListChanged) || looks === LOOKS) {
        return await giveBack(deps, works, classifyTrouble(error), errorText(error));
      }
      looks += 1;
    }
  }
}

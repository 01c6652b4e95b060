/**
 * A batch of messages in, one D1 batch out, and an answer for each message. Two round trips: the
 * first writes what only the queue held and reads what the inbox knows; the second applies state,
 * outbox and statuses together. A message is acked only after that batch has committed; one that dies
 * between the two is delivered again and changes nothing.
 */
import { errorText, log } from "../log";
import { amountClaims } from "../projection/amount-claims";
import { foldPatches } from "../projection/fold";
import { interpret, type Interpretation, type InterpretOptions } from "../projection/interpret";
import type { Application } from "../store/apply";
import type { InboxQuery, InboxRow, ReceivedEvent, Verdict } from "../store/inbox";
import { retryDelaySeconds, type Trouble } from "./backoff";
import {
  ackWork,
  attemptsOf,
  type Delivery,
  gatherWork,
  halvesOf,
  receivedOf,
  type Work,
} from "./deliveries";
import { classifyTrouble } from "./trouble";

export interface ConsumerDeps {
  readonly admitAndRead: (
    missing: readonly ReceivedEvent[],
    queries: readonly InboxQuery[],
  ) => Promise<ReadonlyMap<string, InboxRow>>;
  /** Applies a batch; returns the ids of new notifications that are due now. */
  readonly apply: (batch: Application) => Promise<readonly string[]>;
  /** Counts a try that failed and keeps its error, on those that stand in the inbox. */
  readonly noteFailedTry: (ids: readonly string[], error: string) => Promise<void>;
  /** Records and alerts that another body came under a known id. */
  readonly reportConflicts: (
    conflicts: readonly { readonly id: string; readonly sha256: string }[],
  ) => Promise<void>;
  /** Wakes the dispatch of notifications; the sweep finds what a lost call leaves behind. */
  readonly wake: (ids: readonly string[]) => Promise<void>;
  readonly options: InterpretOptions;
  /** In [0, 1). */
  readonly random: () => number;
}

/** An event that is ready to be applied. */
interface Ready {
  readonly work: Work;
  readonly interpretation: Interpretation;
}

/**
 * Hands events back to the queue. The error is noted beside each, as far as D1 takes the note: an
 * event that ends as a dead letter should say why.
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
    await deps.noteFailedTry(ids, error);
  } catch (noteError) {
    log.warn("error_not_noted", { events: ids.length, error: errorText(noteError) });
  }
}

/** Writes what only the queue held and reads what the inbox knows of each event. */
async function readInbox(
  deps: ConsumerDeps,
  works: readonly Work[],
): Promise<ReadonlyMap<string, InboxRow>> {
  const queries = works.map(({ id, wholes }) => ({ id, wantsBody: wholes.length === 0 }));
  const missing = works.flatMap(({ wholes }) => wholes.filter(({ stored }) => !stored).slice(0, 1));
  const rows = await deps.admitAndRead(missing.map(receivedOf), queries);
  // The inbox had taken these and no longer has them, as after a restore: the queue still holds them.
  const lost = works.flatMap(({ id, wholes }) => (rows.has(id) ? [] : wholes.slice(0, 1)));
  return lost.length === 0 ? rows : await deps.admitAndRead(lost.map(receivedOf), queries);
}

/** The body that stands in the inbox, from the message where it came along. */
function standingBody(work: Work, row: InboxRow): string | null {
  const same = work.wholes.find(({ bodySha256 }) => bodySha256 === row.body_sha256);
  return same?.payload ?? row.payload;
}

type Prepared =
  | { readonly kind: "ready"; readonly ready: Ready }
  /** Nothing to do: settled before, or its body is gone. */
  | { readonly kind: "settled" }
  /** Its body did not fit into this slice. */
  | { readonly kind: "deferred" }
  | { readonly kind: "broken"; readonly error: string };

function prepare(deps: ConsumerDeps, work: Work, row: InboxRow | undefined): Prepared {
  if (row === undefined) {
    log.error("event_unknown", { id: work.id });
    return { kind: "settled" };
  }
  if (row.status !== "received" && row.status !== "failed") return { kind: "settled" };
  if (row.deferred === 1) return { kind: "deferred" };
  const payload = standingBody(work, row);
  if (payload === null) return { kind: "settled" };
  const { id, event_type: eventType, received_at: receivedAt } = row;
  try {
    const interpretation = interpret({ id, eventType, receivedAt, payload }, deps.options);
    return { kind: "ready", ready: { work, interpretation } };
  } catch (error) {
    // A bug of ours: this event waits for the fix, its neighbours do not.
    return { kind: "broken", error: errorText(error) };
  }
}

function verdictOf({ interpretation }: Ready): Verdict {
  const { id, status, error, notes, statusPrecedence } = interpretation;
  const outbox = interpretation.outbox.map((row) => row.id);
  return { id, status, error, notes, statusPrecedence, outbox };
}

/**
 * Applies the events in one batch. Where one event's data makes a statement fail, the batch is
 * halved until that event stands alone: it is given back with its error, the others are applied.
 */
async function applyAll(deps: ConsumerDeps, ready: readonly Ready[]): Promise<void> {
  if (ready.length === 0) return;
  let due: readonly string[];
  try {
    const meanings = ready.map(({ interpretation }) => interpretation);
    due = await deps.apply({
      patches: foldPatches(meanings.flatMap(({ patches }) => patches)),
      amountClaims: amountClaims(meanings),
      contacts: meanings.flatMap(({ contacts }) => contacts),
      outbox: meanings.flatMap(({ outbox }) => outbox),
      verdicts: ready.map(verdictOf),
    });
  } catch (error) {
    const trouble = classifyTrouble(error);
    const parts = trouble === "data" ? halvesOf(ready) : null;
    if (parts === null) {
      const works = ready.map(({ work }) => work);
      return await giveBack(deps, works, trouble, errorText(error));
    }
    for (const part of parts) await applyAll(deps, part);
    return;
  }
  for (const { work, interpretation } of ready) {
    ackWork(work);
    // What was applied stands in the inbox; a line for each would cost more than applying it.
    const { id, status, error } = interpretation;
    if (status !== "processed") {
      log.info("event", { id, status, attempts: attemptsOf(work), reason: error });
    }
  }
  log.info("applied", { events: ready.length });
  if (due.length > 0) await deps.wake(due);
}

async function reportConflicts(
  deps: ConsumerDeps,
  works: readonly Work[],
  rows: ReadonlyMap<string, InboxRow>,
): Promise<void> {
  const conflicts = works.flatMap(({ id, wholes }) => {
    const row = rows.get(id);
    const others = wholes.filter(
      (whole) => row !== undefined && whole.bodySha256 !== row.body_sha256,
    );
    // The receiver has counted those that it stored.
    return others
      .filter(({ stored }) => !stored)
      .map(({ bodySha256 }) => ({ id, sha256: bodySha256 }));
  });
  if (conflicts.length > 0) await deps.reportConflicts(conflicts);
}

/**
 * One slice; returns the work whose bodies did not fit. Where one event cannot even be written into
 * the inbox, the slice is halved until it stands alone.
 */
async function consumeSlice(deps: ConsumerDeps, works: readonly Work[]): Promise<readonly Work[]> {
  let rows: ReadonlyMap<string, InboxRow>;
  try {
    rows = await readInbox(deps, works);
    await reportConflicts(deps, works, rows);
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
  const deferred: Work[] = [];
  for (const work of works) {
    const prepared = prepare(deps, work, rows.get(work.id));
    switch (prepared.kind) {
      case "ready":
        ready.push(prepared.ready);
        break;
      case "deferred":
        deferred.push(work);
        break;
      case "settled":
        ackWork(work);
        break;
      case "broken":
        await giveBack(deps, [work], "data", prepared.error);
        break;
    }
  }
  await applyAll(deps, ready);
  return deferred;
}

/** Consumes a batch of ce-events. Never throws for an event's sake. */
export async function consumeEvents(
  deliveries: Iterable<Delivery>,
  deps: ConsumerDeps,
): Promise<void> {
  let works = gatherWork(deliveries);
  while (works.length > 0) works = await consumeSlice(deps, works);
}

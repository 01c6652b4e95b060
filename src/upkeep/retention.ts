/**
 * Retention: purges what has expired, slice by slice. A slice is one D1 batch. If an archive is bound, the bodies
 * are first written to it, read back and compared. The next run finds what an interrupted run has not purged.
 */
import { addMs, DAY_MS } from "../events/field-formats/time";
import {
  ARCHIVE_WAITS_MS,
  DATABASE_WINDOWS,
  PURGE_MAX_STRETCHES,
  PURGE_REST_MS,
  PURGE_RUN_MS,
  PURGE_SLICE_ROWS,
  RENDERED_KEPT_MS,
} from "../limits";
import { log } from "../log";
import { restsUntil, restUntil } from "../store/inbox/cursors";
import { purgeMessages, purgeRecords } from "../store/retention/message-retention";
import {
  advance,
  findExpired,
  findStretch,
  purgeRows,
  type Stretch,
} from "../store/retention/retention";
import { loadSize } from "../store/retention/database-size";
import type { Horizons } from "../store/retention/expired";
import { archiveAndPurge, finishBegun } from "./archiving";
import { cutSlice } from "./slice";

export interface RetentionDeps {
  readonly db: D1Database;
  /** Null: bodies are removed without a copy. */
  readonly archive: R2Bucket | null;
  /** Days that bodies and recipients are kept; days that rows are kept, to recognise repeats. */
  readonly days: number;
  readonly dedupeDays: number;
  /** The most bytes that the database may hold. */
  readonly maxBytes: number;
  readonly now: () => Date;
}

export interface PurgeReport {
  bodies: number;
  rows: number;
  messages: number;
  archived: number;
  /** True if nothing more has expired now. */
  isRound: boolean;
}

/**
 * A row is kept this much longer: a repeat that arrives near the limit is either refused as too old or recognised.
 */
const ROW_MARGIN_DAYS = 2;

/**
 * How long bodies are kept: the fuller the database, the shorter. Only if there is an archive: no body is lost
 * because space is short. A forward that waits for an endpoint fails when its body is removed.
 */
function bodyDays({ archive, days, maxBytes }: RetentionDeps, bytes: number): number {
  if (archive === null) return days;
  const fitting = DATABASE_WINDOWS.filter(({ share }) => bytes >= share * maxBytes);
  return Math.min(days, ...fitting.map((window) => window.days));
}

function horizonsOf(deps: RetentionDeps, bytes: number): Horizons {
  const { days, dedupeDays, now } = deps;
  const at = now().toISOString();
  const bodies = addMs(at, -bodyDays(deps, bytes) * DAY_MS);
  return {
    now: at,
    bodies,
    recipients: addMs(at, -days * DAY_MS),
    // A row is never removed before its body.
    rows: addMs(at, -(Math.max(days, dedupeDays) + ROW_MARGIN_DAYS) * DAY_MS),
    rendered: addMs(at, -Math.min(days * DAY_MS, RENDERED_KEPT_MS)),
    unaccompanied: addMs(bodies, -ARCHIVE_WAITS_MS),
  };
}

function add(report: PurgeReport, done: Partial<PurgeReport>): void {
  report.bodies += done.bodies ?? 0;
  report.rows += done.rows ?? 0;
  report.archived += done.archived ?? 0;
}

interface Step {
  /** The range that was searched. */
  readonly stretch: Stretch;
  readonly reached: number;
  /** More rows of the range have expired. */
  readonly isRest: boolean;
}

/** One slice of the walk; null if the inbox is empty. */
async function purgeSlice(
  deps: RetentionDeps,
  bytes: number,
  report: PurgeReport,
): Promise<Step | null> {
  const { db, archive } = deps;
  const horizons = horizonsOf(deps, bytes);
  const stretch = await findStretch(db);
  if (stretch === null) return null;
  const expired = await findExpired(db, stretch, horizons);
  const isFull = expired.length === PURGE_SLICE_ROWS;
  const keeps = archive === null ? expired.map((row) => ({ ...row, bytes: 0 })) : expired;
  const slice = cutSlice(keeps, isFull);
  if (slice !== null && slice.write !== null && archive !== null) {
    const done = await archiveAndPurge({ ...deps, archive }, slice.write, slice.others, horizons);
    add(report, done);
  } else if (slice !== null) {
    add(report, await purgeRows(db, slice.others, horizons, false, []));
  }
  const isRest = slice !== null && (isFull || slice.last < (expired.at(-1)?.place ?? 0));
  const reached = isRest ? slice.last : stretch.end;
  await advance(db, reached);
  return { stretch, reached, isRest };
}

/** Walks through the whole inbox once; false if one run is not enough. */
async function purgeInbox(
  deps: RetentionDeps,
  bytes: number,
  report: PurgeReport,
  inTime: () => boolean,
): Promise<boolean> {
  let start: number | null = null;
  let isRound = false;
  for (let stretches = 0; stretches < PURGE_MAX_STRETCHES && inTime();) {
    const step = await purgeSlice(deps, bytes, report);
    if (step === null) return true;
    start ??= step.stretch.position;
    if (step.isRest) continue;
    stretches += 1;
    if (isRound && step.reached >= start) return true;
    if (step.reached < step.stretch.last) continue;
    if (isRound || start === 0) return true;
    isRound = true;
  }
  return false;
}

/** Purges messages until the limit of one run; false if there are more. */
async function purgeOutbox(
  deps: RetentionDeps,
  bytes: number,
  report: PurgeReport,
): Promise<boolean> {
  for (let stretches = 0; stretches < PURGE_MAX_STRETCHES; stretches += 1) {
    const { messages, more } = await purgeMessages(deps.db, horizonsOf(deps, bytes));
    report.messages += messages;
    if (!more) return true;
  }
  return false;
}

/** One run of the cron, for about PURGE_RUN_MS at most. */
export async function purgeOld(deps: RetentionDeps): Promise<PurgeReport> {
  const { archive } = deps;
  const report: PurgeReport = { bodies: 0, rows: 0, messages: 0, archived: 0, isRound: false };
  const endMs = deps.now().getTime() + PURGE_RUN_MS;
  const { bytes } = await loadSize(deps.db, deps.maxBytes, deps.now().toISOString());
  await purgeRecords(deps.db, horizonsOf(deps, bytes));
  const isOutboxDone = await purgeOutbox(deps, bytes, report);
  try {
    // An interrupted write comes first: its object may already exist while its bodies are still in the inbox.
    if (archive !== null)
      add(report, (await finishBegun({ ...deps, archive }, horizonsOf(deps, bytes))) ?? {});
    const isInboxDone = await purgeInbox(deps, bytes, report, () => deps.now().getTime() < endMs);
    report.isRound = isInboxDone && isOutboxDone;
  } finally {
    const { bodies, rows, messages, archived } = report;
    if (bodies + rows + messages + archived > 0) log.info("purged", { ...report });
  }
  return report;
}

/**
 * Starts a run, unless a whole round ended within PURGE_REST_MS: retention is counted in days, and a round reads
 * every row of inbox and outbox.
 */
export async function purgeWhenDue(deps: RetentionDeps): Promise<void> {
  const now = deps.now().toISOString();
  const rests = await restsUntil(deps.db);
  if (rests > now && rests <= addMs(now, PURGE_REST_MS)) return;
  const { isRound } = await purgeOld(deps);
  if (isRound) await restUntil(deps.db, addMs(now, PURGE_REST_MS));
}

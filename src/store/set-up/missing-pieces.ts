/**
 * Finds the missing pieces of the set-up from data in D1. Pure; the console, the admin API, the deep health check,
 * the cron and the doctor use the same result.
 */

/** The cron runs every minute; a long run may take several. */
export const CRON_LATE_MS = 300_000;
/** A running consumer applies a batch within this time. */
const CONSUMER_LATE_MS = 180_000;
/** The queue moves a message to the dead-letter queue within seconds. */
const DEAD_LETTER_LATE_MS = 600_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const pieces = [
  "migrations",
  "database",
  "secret",
  "cron",
  "queue consumer",
  "dead-letter consumer",
] as const;
type Piece = (typeof pieces)[number];

export interface MissingPiece {
  readonly piece: Piece;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What to do, as a sentence. */
  readonly fix: string;
}

/** Times are in milliseconds since 1970; null if it never happened. */
export interface Signs {
  readonly swept_at: number | null;
  readonly consumed_at: number | null;
  readonly dead_lettered_at: number | null;
  readonly dead_letters_consumed_at: number | null;
  /** The environment of the Worker whose cron ran here first. */
  readonly environment: string | null;
  /** 1: the sweep pushed an event at least two minutes ago, and no consumer has tried it. */
  readonly untaken: 0 | 1;
}

/** What D1 shows of the set-up (store/set-up/set-up.ts). */
export interface SetUp {
  readonly missingMigrations: readonly string[];
  /** Null if the tables are too old for the query. */
  readonly signs: Signs | null;
}

/** What the settings require. */
export interface Expected {
  readonly environment: string;
  /** False: CE_WEBHOOK_SECRET is not set or cannot be used, and the receiver is not retired. */
  readonly canReceive: boolean;
}

function ago(ms: number): string {
  const isHours = ms >= 2 * HOUR_MS;
  return `${Math.round(ms / (isHours ? HOUR_MS : MINUTE_MS)).toLocaleString("en")} ${isHours ? "hours" : "minutes"}`;
}

/** A deployment sets what wrangler.toml names: the trigger and the consumers. */
export function deployCommand(environment: string): string {
  return environment === "production"
    ? "npm run deploy"
    : `npx wrangler deploy --env ${environment}`;
}

export function migrateCommand(environment: string): string {
  return environment === "production"
    ? "npm run db:migrate"
    : `npx wrangler d1 migrations apply DB --remote --env ${environment}`;
}

/** Without `--env`, wrangler sets it for production. */
export function secretCommand(name: string, environment: string): string {
  const command = `npx wrangler secret put ${name}`;
  return environment === "production" ? command : `${command} --env ${environment}`;
}

function migrationsOf(numbers: readonly string[], environment: string): MissingPiece | null {
  const [first, ...others] = numbers;
  if (first === undefined) return null;
  const last = others.at(-1);
  const which = last === undefined ? first : `${first} to ${last}`;
  const problem = `The database is older than this version of the Worker: ${String(numbers.length)} migrations are missing (${which}).`;
  return {
    piece: "migrations",
    problem: last === undefined ? problem.replace("1 migrations are", "1 migration is") : problem,
    fix: `Run: ${migrateCommand(environment)}`,
  };
}

function databaseOf({ environment: owner }: Signs, environment: string): MissingPiece | null {
  if (owner === null || owner === environment) return null;
  return {
    piece: "database",
    problem: `This Worker is ${environment}, but its database belongs to ${owner}: messages to customers and forwards are held back.`,
    fix: "Check database_id in wrangler.toml and ENVIRONMENT, and deploy again. If this is right, see docs/runbook.md, The database of another environment.",
  };
}

function cronOf(
  { swept_at: sweptAt }: Signs,
  environment: string,
  nowMs: number,
): MissingPiece | null {
  if (sweptAt !== null && nowMs - sweptAt <= CRON_LATE_MS) return null;
  const said = sweptAt === null ? "never run" : `not run for ${ago(nowMs - sweptAt)}`;
  return {
    piece: "cron",
    problem: `The cron has ${said}: stuck events are not pushed again, and delayed messages are not sent.`,
    fix: `Set its trigger: ${deployCommand(environment)}. A new trigger can take some minutes to start.`,
  };
}

function consumerOf(signs: Signs, environment: string, nowMs: number): MissingPiece | null {
  const { untaken, consumed_at: consumedAt } = signs;
  const isLate = consumedAt === null || nowMs - consumedAt > CONSUMER_LATE_MS;
  if (untaken === 0 || !isLate) return null;
  const said =
    consumedAt === null
      ? "no batch was ever applied"
      : `no batch was applied for ${ago(nowMs - consumedAt)}`;
  return {
    piece: "queue consumer",
    problem: `Nothing takes events from the queue: what the cron pushed again still waits, and ${said}.`,
    fix: `Set its consumer: ${deployCommand(environment)}. See docs/runbook.md, Events wait.`,
  };
}

function deadLettersOf(signs: Signs, environment: string, nowMs: number): MissingPiece | null {
  const { dead_lettered_at: at, dead_letters_consumed_at: consumedAt } = signs;
  if (at === null || nowMs - at <= DEAD_LETTER_LATE_MS) return null;
  if (consumedAt !== null && consumedAt >= at) return null;
  return {
    piece: "dead-letter consumer",
    problem: `Nothing takes events from the dead-letter queue: one used up its retries ${ago(nowMs - at)} ago and has not become "failed".`,
    fix: `Set its consumer: ${deployCommand(environment)}. See docs/runbook.md, The dead-letter queue fills.`,
  };
}

function secretOf(environment: string): MissingPiece {
  return {
    piece: "secret",
    problem: "CE_WEBHOOK_SECRET is not set, or cannot be used: every delivery is answered 503.",
    fix: `Run: ${secretCommand("CE_WEBHOOK_SECRET", environment)}`,
  };
}

/** In the order in which a person should look at them; empty if nothing is missing. */
export function missingPieces(
  { missingMigrations, signs }: SetUp,
  { environment, canReceive }: Expected,
  now: Date,
): readonly MissingPiece[] {
  const nowMs = now.getTime();
  const found = [
    migrationsOf(missingMigrations, environment),
    signs === null ? null : databaseOf(signs, environment),
    canReceive ? null : secretOf(environment),
    signs === null ? null : cronOf(signs, environment, nowMs),
    signs === null ? null : consumerOf(signs, environment, nowMs),
    signs === null ? null : deadLettersOf(signs, environment, nowMs),
  ];
  return found.filter((piece) => piece !== null);
}

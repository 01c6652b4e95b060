/**
 * `npm run bench:years`: years of a shop with 2,000 orders a day, at a fraction of the volume and with its own
 * clock; `--archive`: with the Worker of closed orders. The Worker's code receives, applies, sends and purges day after
 * day, and the size of the database is scaled up. `--left` adds the bytes that an order leaves in each table and index
 * once everything has expired: in whole pages, and without their unused part. Exits with 1 if it grows beyond the bound
 * that docs/privacy.md states.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bytesBy } from "./database-bytes.ts";
import { endingOf } from "./story-endings.ts";
import { startStep } from "../testbed/terminal/progress.ts";
import { createDay } from "../testbed/stories/index.ts";
import { call, startWorker } from "./servers/workers.ts";

const PAGE = 4_096;
/** What a database may hold. */
const MAX_GIGABYTES = 10;
const DAY_MS = 86_400_000;
/** At least the number of kinds of stories. */
const KINDS = 40;
const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
/** The cron runs once a minute in production, but only this often in a day of the fraction. */
const RUNS_A_DAY = 24;
/** When the orders end that did not end on their day. */
const ENDS_AFTER_DAYS = 14;
/** The lake is not in D1, so it is not written each night. */
const LAKE_EVERY_DAYS = 30;

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "40" },
    days: { type: "string", default: "730" },
    retention: { type: "string", default: "90" },
    dedupe: { type: "string", default: "400" },
    "order-days": { type: "string", default: "120" },
    archive: { type: "boolean", default: false },
    "orders-a-day": { type: "string", default: "2000" },
    bound: { type: "string" },
    forward: { type: "boolean", default: false },
    left: { type: "boolean", default: false },
    write: { type: "string" },
  },
});
const orders = Number(values.orders);
const days = Number(values.days);
const scale = Number(values["orders-a-day"]) / orders;

interface Lived {
  readonly bodies: number;
  readonly rows: number;
  readonly messages: number;
  readonly closed: number;
  readonly bytes: number;
  /** What the team is told about the size on this day. */
  readonly alerts: readonly string[];
}

/** On which day the team was told what. */
interface Told {
  readonly day: number;
  readonly date: string;
  readonly text: string;
}

interface Point {
  readonly day: number;
  /** For the whole shop, scaled. */
  readonly gigabytes: number;
  readonly events: number;
}

/** Tables with a row for each file, hour or day: a shop with more orders has hardly more of them. */
const NOT_SCALED = new Set(["closed_files", "event_counts", "database_sizes"]);

function gigabytes(bytes: number): number {
  return Math.round((bytes * scale) / 1e7) / 100;
}

function scaled(
  sizes: Readonly<Record<string, number>>,
  scale: (bytes: number) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, scale(bytes)]));
}

const storage = mkdtempSync(join(tmpdir(), "ce-years-"));
const server = await startWorker({
  entry: "bench/workers/years.ts",
  folder: storage,
  archives: values.archive,
  settings: {
    RETENTION_DAYS: values.retention,
    DEDUPE_DAYS: values.dedupe,
    ORDER_DAYS: values["order-days"],
    SCALE: String(scale),
    RESEND_API_KEY: "re_years",
    EMAIL_FROM: "Shop <orders@shop.example>",
    TWILIO_ACCOUNT_SID: "AC1",
    TWILIO_AUTH_TOKEN: "years",
    SMS_FROM: "+15550100",
    SLACK_WEBHOOK_URL: "https://slack.example/years",
    ...(values.forward
      ? {
          FORWARD_URL: "https://forward.example",
          FORWARD_SECRET: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        }
      : {}),
  },
});
/** Days without events, until all that expires has left. */
async function expireAll(from: number): Promise<void> {
  const expires = Math.max(Number(values.retention), Number(values.dedupe)) + 3;
  for (const later of [expires, expires + 1, expires + 2]) {
    const endsAt = new Date(START_MS + (from + later) * DAY_MS).toISOString();
    await call(server, "/", {
      endsAt,
      payloads: [],
      runs: RUNS_A_DAY,
      closes: values.archive,
      writesLake: values.archive,
      notScaled: 0,
    });
  }
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, bytes) => total + bytes, 0);

try {
  const step = startStep("living");
  const points: Point[] = [];
  let events = 0;
  let largest = 0;
  let closed = 0;
  let notScaled = 0;
  let passedOn: number | null = null;
  const told: Told[] = [];
  /** The last events of orders, by day. */
  const endings = new Map<number, readonly object[]>();
  for (let day = 1; day <= days; day += 1) {
    const endsAtMs = START_MS + day * DAY_MS;
    // The first stories of a day are one of each kind; the day uses those after them, in their usual mix.
    const stories = createDay({
      seed: day,
      orders: orders + KINDS,
      endsAtMs,
      hours: 23,
      firstNumber: 100_000 + day * (orders + KINDS),
    }).slice(KINDS);
    const endsMs = endsAtMs + ENDS_AFTER_DAYS * DAY_MS - 1;
    const ending = stories.flatMap((story) => endingOf(story, new Date(endsMs).toISOString()));
    endings.set(day + ENDS_AFTER_DAYS, ending);
    const first = stories
      .flatMap((story) => story.events)
      .toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1));
    const payloads = [...first, ...(endings.get(day) ?? [])].map((event) => JSON.stringify(event));
    endings.delete(day);
    const body = {
      endsAt: new Date(endsAtMs).toISOString(),
      payloads,
      runs: RUNS_A_DAY,
      closes: values.archive,
      writesLake: values.archive && day % LAKE_EVERY_DAYS === 0,
      notScaled,
    };
    const lived = (await call(server, "/", body)) as Lived;
    events += payloads.length;
    closed += lived.closed;
    const date = body.endsAt.slice(0, 10);
    told.push(...lived.alerts.map((text) => ({ day, date, text })));
    if (day % 30 === 0 || day === days) {
      const sizes = Object.entries(bytesBy("tbl_name", storage));
      notScaled = sum(sizes.flatMap(([name, bytes]) => (NOT_SCALED.has(name) ? bytes : [])));
    }
    // What is not scaled is little beside the rest, and is left out.
    const bytes = lived.bytes - notScaled;
    largest = Math.max(largest, bytes);
    if (gigabytes(bytes) >= MAX_GIGABYTES) passedOn ??= day;
    if (day % 30 === 0 || day === days) {
      points.push({ day, gigabytes: gigabytes(bytes), events: events * scale });
    }
    step.update(day, days);
  }
  step.done(`${days} days of ${orders} orders, counted ${scale} times`);
  const growing = Object.entries(bytesBy("tbl_name", storage)).filter(
    ([name]) => !NOT_SCALED.has(name),
  );
  const tables = scaled(Object.fromEntries(growing), gigabytes);
  if (values.left) await expireAll(days);
  // One page says that there is a table, not what an order leaves in it.
  const several = Object.entries(bytesBy("name", storage)).filter(([, bytes]) => bytes > PAGE);
  const perOrder = (bytes: number): number => Math.round(bytes / orders / days);
  const left = scaled(Object.fromEntries(several), perOrder);
  const used = scaled(bytesBy("name", storage, "d.pgsize - d.unused"), perOrder);
  const leftUsed = Object.fromEntries(Object.keys(left).map((name) => [name, used[name] ?? 0]));
  const result = {
    settings: {
      orders,
      days,
      retention: Number(values.retention),
      dedupe: Number(values.dedupe),
      order_days: values.archive ? Number(values["order-days"]) : null,
      orders_a_day: Number(values["orders-a-day"]),
      forward: values.forward,
    },
    events_a_day: Math.round((events * scale) / days),
    closed: closed * scale,
    gigabytes: gigabytes(largest),
    passed_10_gb_on_day: passedOn,
    alerts: { number: told.length, first: told[0] ?? null, last: told.at(-1) ?? null },
    tables,
    points,
    ...(values.left
      ? {
          bytes_an_order: left,
          left: sum(Object.values(left)),
          used_an_order: leftUsed,
          left_used: sum(Object.values(leftUsed)),
        }
      : {}),
  };
  if (values.write !== undefined)
    writeFileSync(values.write, `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
  if (values.bound !== undefined && gigabytes(largest) > Number(values.bound)) {
    process.stderr.write(`It grew to ${gigabytes(largest)} GB, beyond ${values.bound} GB\n`);
    process.exitCode = 1;
  }
} finally {
  await server.close();
  rmSync(storage, { recursive: true, force: true });
}

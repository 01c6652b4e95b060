/**
 * A piece of the set-up is removed, and the admin API, the overview, the deep health and the alerts each report it;
 * when it is back, they do not. Real D1, real queues; only times are moved.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config";
import { watchSetUp } from "../../src/upkeep/watch/set-up";
import { DEEP_HEALTH, EVENT_MAX_RETRIES } from "../../src/limits";
import { ageEvent, calmEnv, fireCron, hand, postTo, whileRefusing } from "../faults/drive";
import { Breaker, type Plan } from "../faults/faulty";
import { signIn } from "../support/console";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { fetchWith, ORIGIN, receiveOnly, row, rows, type Vars } from "../support/receiver";
import { clearTables } from "../support/rows";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };

/** A database whose deep health is not remembered yet, as in a new isolate, and the list of its calls. */
function freshDatabase(plan?: Plan): { readonly db: D1Database; readonly calls: string[] } {
  const breaker = new Breaker(plan);
  return { db: breaker.database(env.DB), calls: breaker.calls };
}

async function ask(path: string, vars: Vars = {}): Promise<Response> {
  const headers = { authorization: "Bearer let-me-in" };
  return await fetchWith({ ...ADMIN, ...vars }, new Request(ORIGIN + path, { headers }));
}

interface Piece {
  readonly piece: string;
  readonly problem: string;
  readonly fix: string;
}

async function missing(vars: Vars = {}): Promise<readonly Piece[]> {
  const response = await ask("/api/admin/health", vars);
  expect(response.status).toBe(200);
  return (await response.json<{ missing_pieces: Piece[] }>()).missing_pieces;
}

async function deep(vars: Vars = {}): Promise<readonly [number, unknown]> {
  const response = await ask("/health?deep", { DB: freshDatabase().db, ...vars });
  return [response.status, await response.json()];
}

async function overview(vars: Vars = {}, status = 200): Promise<string> {
  const cookie = await signIn(ADMIN.ADMIN_TOKEN);
  const request = new Request(`${ORIGIN}/console`, { headers: { cookie } });
  const response = await fetchWith({ ...ADMIN, ...vars }, request);
  expect(response.status).toBe(status);
  const html = await response.text();
  const [, main = ""] = /<main[^>]*>([^]*)<\/main>/.exec(html) ?? [];
  return main
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/g, " ");
}

const sound = [200, { status: "ok" }] as const;
const degraded = [503, { status: "degraded" }] as const;

/** The admin API, the overview and the deep health all report it. */
async function expectMissing(piece: string, problem: RegExp, vars: Vars = {}): Promise<void> {
  const found = await missing(vars);
  expect(found.map((one) => one.piece)).toEqual([piece]);
  expect(found[0]?.problem).toMatch(problem);
  expect(await overview(vars)).toMatch(problem);
  expect(await overview(vars)).toContain(found[0]?.fix);
  expect(await deep(vars)).toEqual(degraded);
}

async function expectSound(vars: Vars = {}): Promise<void> {
  expect(await missing(vars)).toEqual([]);
  expect(await deep(vars)).toEqual(sound);
}

const alertKinds = async () =>
  (await rows("SELECT id FROM notifications WHERE template = 'alert'")).map(({ id }) =>
    String(id).replace(/\/20\d\d-.*/, ""),
  );

async function moveBeat(name: string, seconds: number): Promise<void> {
  await env.DB.prepare("UPDATE cursors SET position = position - ?2 WHERE name = ?1")
    .bind(name, seconds * 1_000)
    .run();
}

const order = (id: string) => event("order.confirmed", orderDetail("ORD-1"), { id });

beforeEach(async () => {
  await clearTables();
  await fireCron(calmEnv);
});

describe("with every piece there", () => {
  it("nothing is missing, and the shallow health says no more than before", async () => {
    await expectSound();
    const response = await ask("/health");
    expect([response.status, await response.json()]).toEqual(sound);
  });
});

describe("the cron", () => {
  it("is missed after five minutes, and where it has never run", async () => {
    await moveBeat("swept_at", 290);
    await expectSound();
    await moveBeat("swept_at", 11 * 60);
    await expectMissing("cron", /The cron has not run for 16 minutes/);
    await env.DB.exec("DELETE FROM cursors WHERE name = 'swept_at'");
    await expectMissing("cron", /The cron has never run/);
    // The late run itself does not cause an alert.
    await fireCron(calmEnv);
    await expectSound();
    expect(await alertKinds()).toEqual([]);
  });
});

describe("the consumer of the queue", () => {
  /** Ages the event by this time, and sweeps with a queue that loses its messages. */
  async function sweepAfter(id: string, seconds: number): Promise<void> {
    await ageEvent(id, seconds);
    const lost = new Proxy(env.EVENTS, { get: () => () => Promise.resolve() });
    await fireCron({ ...calmEnv, EVENTS: lost });
  }

  it("is missed once what the cron has pushed again still waits two minutes later", async () => {
    const id = await receiveOnly(order("evt-untaken"));
    await sweepAfter(id, 61);
    await expectSound();
    await ageEvent(id, 121);
    await expectMissing("queue consumer", /Nothing takes events from the queue.*ever applied/);
    await sweepAfter(id, 0);
    expect(await alertKinds()).toEqual(["alert/missing_piece:queue_consumer"]);
    // The consumer is back: it takes the cron's next push.
    await ageEvent(id, 600);
    expect((await hand(calmEnv, "ce-events", [JSON.stringify({ id })])).acked).toEqual([0]);
    await expectSound();
  });

  it("is not missed while it applies others, and one event waits for its retry", async () => {
    const id = await receiveOnly(order("evt-slow"));
    await sweepAfter(id, 61);
    await ageEvent(id, 121);
    await postTo(calmEnv, order("evt-other"));
    await hand(calmEnv, "ce-events", [JSON.stringify({ id: "evt-other" })]);
    await expectSound();
    // A failed try leaves its error, which proves that a consumer has taken it.
    await moveBeat("consumed_at", 3_600);
    await env.DB.exec("UPDATE webhook_events SET error = 'tried' WHERE status = 'received'");
    await expectSound();
  });

  it("writes that it was at work at most every half minute", async () => {
    const apply = async (id: string): Promise<unknown> => {
      await postTo(calmEnv, order(id));
      await hand(calmEnv, "ce-events", [JSON.stringify({ id })]);
      return (await row("SELECT position FROM cursors WHERE name = 'consumed_at'"))["position"];
    };
    const first = await apply("evt-1");
    expect(await apply("evt-2")).toBe(first);
    await moveBeat("consumed_at", 31);
    expect(await apply("evt-3")).toBeGreaterThanOrEqual(Number(first));
  });
});

describe("the consumer of the dead-letter queue", () => {
  it("is missed ten minutes after an event used up its retries, until it takes it", async () => {
    const id = await receiveOnly(order("evt-dead"));
    const refused = { table: "orders", condition: "true", text: "no" };
    const tryOnce = (attempts: number) =>
      whileRefusing(refused, () => hand(calmEnv, "ce-events", [JSON.stringify({ id })], attempts));
    await tryOnce(EVENT_MAX_RETRIES);
    expect(await rows("SELECT 1 FROM cursors WHERE name = 'dead_lettered_at'")).toEqual([]);
    await tryOnce(EVENT_MAX_RETRIES + 1);
    await expectSound();
    await moveBeat("dead_lettered_at", 700);
    await expectMissing("dead-letter consumer", /Nothing takes events from the dead-letter queue/);
    await fireCron(calmEnv);
    expect(await alertKinds()).toEqual(["alert/missing_piece:dead_letter_consumer"]);
    await hand(calmEnv, "ce-events-dlq", [JSON.stringify({ id })]);
    expect(await row("SELECT status FROM webhook_events WHERE id = ?1", id)).toEqual({
      status: "failed",
    });
    await expectSound();
  });
});

describe("migrations", () => {
  const last = "SELECT name FROM d1_migrations ORDER BY name DESC LIMIT 1";

  it("that were not applied are named by their numbers", async () => {
    const { name } = await row(last);
    await env.DB.exec(`DELETE FROM d1_migrations WHERE name = '${String(name)}'`);
    try {
      const number = String(name).slice(0, 4);
      await expectMissing("migrations", new RegExp(`1 migration is missing \\(${number}\\)`));
      const [found] = await missing({ ENVIRONMENT: "staging" });
      expect(found?.fix).toContain("--env staging");
    } finally {
      await env.DB.exec(`INSERT INTO d1_migrations (name) VALUES ('${String(name)}')`);
    }
    await expectSound();
  });

  it("of a newer version are no fault: a Worker that was taken back runs on them", async () => {
    await env.DB.exec("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')");
    await expectSound();
    await env.DB.exec("DELETE FROM d1_migrations WHERE name = '9999_later.sql'");
  });

  it("are named as the cause where a page or a route cannot answer; receipt goes on", async () => {
    const { name } = await row(last);
    await env.DB.exec(`DELETE FROM d1_migrations WHERE name = '${String(name)}'`);
    await env.DB.exec("ALTER TABLE webhook_events RENAME COLUMN form TO form_later");
    await env.DB.exec("ALTER TABLE refused_deliveries RENAME COLUMN last_at TO last_at_later");
    try {
      expect(await overview({}, 503)).toMatch(/migrations are missing. Run: npm run db:migrate/);
      const api = await ask("/api/admin/health");
      expect(api.status).toBe(503);
      expect((await api.json<{ detail: string }>()).detail).toContain("npm run db:migrate");
      expect(await deep()).toEqual(degraded);
      // The whole event is in the queue, whose consumer retries until the column exists.
      expect((await postTo(calmEnv, order("evt-before-migration"))).status).toBe(200);
      expect(await rows("SELECT id FROM webhook_events")).toEqual([]);
    } finally {
      await env.DB.exec("ALTER TABLE webhook_events RENAME COLUMN form_later TO form");
      await env.DB.exec("ALTER TABLE refused_deliveries RENAME COLUMN last_at_later TO last_at");
      await env.DB.exec(`INSERT INTO d1_migrations (name) VALUES ('${String(name)}')`);
    }
    await expectSound();
  });

  it("are all missing in a database that none was applied to", async () => {
    await env.DB.exec("ALTER TABLE d1_migrations RENAME TO d1_migrations_away");
    try {
      await expectMissing("migrations", /migrations are missing \(0000 to 00/);
    } finally {
      await env.DB.exec("ALTER TABLE d1_migrations_away RENAME TO d1_migrations");
    }
  });
});

describe("the database of another environment", () => {
  it("is told by the name that the first cron wrote, until a person deletes it", async () => {
    await expectMissing(
      "database",
      /This Worker is staging, but its database belongs to production/,
      {
        ENVIRONMENT: "staging",
      },
    );
    await fireCron({ ...calmEnv, ENVIRONMENT: "staging" });
    expect(await alertKinds()).toEqual(["alert/missing_piece:database"]);
    await expectSound();
    // The step of the runbook: the environment was renamed, and the new name is right.
    await env.DB.exec("DELETE FROM cursors WHERE name = 'environment'");
    await fireCron({ ...calmEnv, ENVIRONMENT: "staging" });
    await expectSound({ ENVIRONMENT: "staging" });
    await expectMissing(
      "database",
      /This Worker is production, but its database belongs to staging/,
    );
  });

  it("is not named by a Worker whose ENVIRONMENT cannot be used", async () => {
    await env.DB.exec("DELETE FROM cursors WHERE name = 'environment'");
    const { audience } = parseConfig({ ENVIRONMENT: "<staging>" });
    const expected = { environment: audience.environment, canReceive: true };
    const raiseAlert = () => Promise.resolve();
    await watchSetUp({ db: env.DB, now: () => new Date(), expected, raiseAlert });
    await fireCron(calmEnv);
    await expectSound();
  });
});

describe("the webhook secret", () => {
  it("is missed where nothing can be received, but not of a receiver that is retired", async () => {
    await expectMissing("secret", /CE_WEBHOOK_SECRET is not set/, { CE_WEBHOOK_SECRET: "" });
    await expectSound({ CE_WEBHOOK_SECRET: "", RECEIVER_RETIRED: "true" });
  });

  it("is to be set for the Worker's own environment", async () => {
    const production = await missing({ CE_WEBHOOK_SECRET: "" });
    expect(production.map(({ fix }) => fix)).toEqual([
      "Run: npx wrangler secret put CE_WEBHOOK_SECRET",
    ]);
    const staging = await missing({ CE_WEBHOOK_SECRET: "", ENVIRONMENT: "staging" });
    expect(staging.map(({ fix }) => fix)).toContain(
      "Run: npx wrangler secret put CE_WEBHOOK_SECRET --env staging",
    );
  });
});

describe("the deep health", () => {
  it("is degraded where D1 fails, or does not answer in time", async () => {
    const down = freshDatabase({ call: "every", fault: "fails before" });
    expect(await deep({ DB: down.db })).toEqual(degraded);
    const hanging = freshDatabase({ call: "every", fault: "hangs" });
    const startedMs = Date.now();
    expect(await deep({ DB: hanging.db })).toEqual(degraded);
    expect(Date.now() - startedMs).toBeLessThan(DEEP_HEALTH.timeoutMs + 1_500);
  });

  it("asks D1 once, however many ask at once and again", async () => {
    const { db, calls } = freshDatabase({ call: "every", fault: "is slow", slowMs: 200 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => deep({ DB: db })));
    for (const answer of answers) expect(answer).toEqual(sound);
    expect(await deep({ DB: db })).toEqual(sound);
    expect(calls).toHaveLength(2);
  });

  it("does not wait for D1 again while one request does", async () => {
    const { db, calls } = freshDatabase({ call: "every", fault: "hangs" });
    const answers = await Promise.all(Array.from({ length: 5 }, () => deep({ DB: db })));
    for (const answer of answers) expect(answer).toEqual(degraded);
    expect(calls).toHaveLength(2);
  });

  it("tells a stranger nothing but the one word, and no cache keeps it", async () => {
    const response = await ask("/health?deep=1", { DB: freshDatabase().db });
    expect(await response.text()).toBe('{"status":"ok"}');
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

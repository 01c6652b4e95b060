/**
 * A shop's day whose messages were sent once: replaying all of it, merged again in another order and rebuilt, sends
 * nothing. With a third of all calls to providers failing, every fact that is still true is accepted once and no key
 * twice. The seeds are printed with the figures.
 */
import { forwardAll } from "../support/queue";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { addMs } from "../../src/events/field-formats/time";
import { startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import {
  createRandom,
  type ExpectedMessage,
  type Random,
  repeat,
  shuffle,
  type Story,
  type StoryEvent,
  createDay,
} from "../../testbed/stories";
import { arrive, sweepMessages, tellAll } from "./arrivals";
import { accepts, type Asked, hangs, type Stage, stage } from "./providers";
import { clearTables, NOW, readNotifications, type StoredNotification } from "../support/rows";
import { defaults } from "../support/defaults";
import { purgeAt } from "../upkeep/aged";

const DAY_MS = 86_400_000;
const SEED = Number(env.TEST_SEED);
const BATCH = 25;

const readDay = (seed: number, orders: number): readonly Story[] =>
  createDay({ seed, orders, endsAtMs: Date.parse(NOW) });

/** Every event at least three times, in any order, split into batches. */
function disorder(stories: readonly Story[], random: Random): readonly (readonly StoryEvent[])[] {
  const events = stories.flatMap((story) => story.events);
  const deliveries = shuffle(repeat([...events, ...events], random, 0.5), random);
  return Array.from({ length: Math.ceil(deliveries.length / BATCH) }, (_, index) =>
    deliveries.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** The fact of a message; a review request may be named after its parcel instead of its order. */
const factOf = (message: Pick<ExpectedMessage, "id" | "template">, orderNumber: string): string =>
  message.template === "review_request" ? `review of ${orderNumber}` : message.id;

interface Truth {
  readonly stillTrue: ReadonlySet<string>;
  readonly overtaken: ReadonlySet<string>;
}

/** The facts that must be reported in the end according to the stories, and those that are no longer true. */
function truthOf(stories: readonly Story[]): Truth {
  const all = stories.flatMap(({ orderNumber, expected }) => {
    const { refundDueMicros, refundedMicros, paidMicros } = expected;
    const due =
      refundDueMicros > 0 ? [{ fact: `refund_due/${orderNumber}/team`, isTrue: true }] : [];
    const messages = expected.messages.map((message) => {
      const isRefunded = refundedMicros > 0 && refundedMicros >= paidMicros;
      const isMoot = message.template === "review_request" && isRefunded;
      return {
        fact: factOf(message, orderNumber),
        isTrue: message.overtakenBy === null && !isMoot,
      };
    });
    return [...messages, ...due];
  });
  return {
    stillTrue: new Set(all.flatMap(({ fact, isTrue }) => (isTrue ? [fact] : []))),
    overtaken: new Set(all.flatMap(({ fact, isTrue }) => (isTrue ? [] : [fact]))),
  };
}

function factOfRow(row: StoredNotification): string {
  return row.id.startsWith("review_request/") ? `review of ${row.order_number}` : row.id;
}

async function factsThat(where: string): Promise<readonly string[]> {
  const rows = await readNotifications(`template NOT IN ('alert', 'forward') AND ${where}`);
  return rows.map(factOfRow).toSorted();
}

async function rebuildAll(): Promise<void> {
  await startRebuild(env.DB, {}, false, NOW);
  while ((await continueRebuild(env.DB, NOW, defaults)) !== null) {
    // Each call processes some slices.
  }
}

async function dump(): Promise<string> {
  return JSON.stringify(await readNotifications());
}

function report(figures: object): void {
  // oxlint-disable-next-line eslint/no-console -- the figures of the run, with its seed
  console.info(JSON.stringify(figures));
}

beforeEach(clearTables);

describe("a day that is told", () => {
  it("tells every fact that is true, once, and none that is not", async () => {
    const stories = readDay(SEED, 33);
    const random = createRandom(SEED, 1);
    for (const batch of disorder(stories, random)) await arrive(batch);
    const set = stage();
    await tellAll(set);
    const truth = truthOf(stories);
    expect(await factsThat("status = 'sent'"), `seed ${SEED}`).toEqual(
      [...truth.stillTrue].toSorted(),
    );
    const dropped = await factsThat("status = 'suppressed' AND template <> 'refund_due'");
    expect(
      dropped.filter((fact) => !truth.overtaken.has(fact) && !truth.stillTrue.has(fact)),
    ).toEqual([]);
    expect(set.provider.asked).toHaveLength(truth.stillTrue.size);
  });

  it("tells nothing when all of it is delivered again, merged again and rebuilt", async () => {
    const stories = readDay(SEED + 1, 33);
    const random = createRandom(SEED + 1, 1);
    const events = stories.reduce((sum, story) => sum + story.events.length, 0);
    for (const batch of disorder(stories, random)) await arrive(batch, { forwardTo: forwardAll });
    const set = stage();
    await tellAll(set);
    const before = await dump();
    const told = set.provider.asked.length;
    expect(told).toBeGreaterThan(events);

    let redelivered = 0;
    for (const batch of disorder(stories, random)) {
      redelivered += batch.length;
      const now = set.deps.now().toISOString();
      await arrive(batch, { now, forwardTo: forwardAll });
    }
    await tellAll(set, 6 * DAY_MS);
    expect(await dump(), `seed ${SEED + 1}, redelivered`).toBe(before);
    await rebuildAll();
    await tellAll(set, 6 * DAY_MS);
    expect(await dump(), `seed ${SEED + 1}, rebuilt`).toBe(before);
    expect(set.provider.asked).toHaveLength(told);
    const rows = (await readNotifications()).length;
    report({ replayed: { seed: SEED + 1, events, rows, told, redelivered, toldAgain: 0 } });
  });

  it("tells nothing when all of it is delivered again after its messages have left", async () => {
    const stories = readDay(SEED + 5, 33);
    const random = createRandom(SEED + 5, 1);
    for (const batch of disorder(stories, random)) await arrive(batch, { forwardTo: forwardAll });
    const set = stage();
    await tellAll(set);
    const told = set.provider.asked.length;
    const later = addMs(NOW, 420 * DAY_MS);
    await purgeAt(later);
    expect(await readNotifications()).toEqual([]);
    set.advance(420 * DAY_MS);
    for (const batch of disorder(stories, random)) {
      await arrive(batch, { now: later, forwardTo: forwardAll });
    }
    await tellAll(set);
    expect(await readNotifications(), `seed ${SEED + 5}`).toEqual([]);
    expect(set.provider.asked).toHaveLength(told);
  });

  it("tells nothing when its rows are cleared and every event is merged anew", async () => {
    const stories = readDay(SEED + 2, 11);
    const random = createRandom(SEED + 2, 1);
    for (const batch of disorder(stories, random)) await arrive(batch);
    const set = stage();
    await tellAll(set);
    const before = await readNotifications();
    await env.DB.batch(
      ["orders", "payments", "refunds", "shipments"].map((table) =>
        env.DB.prepare(`DELETE FROM ${table}`),
      ),
    );
    for (const batch of disorder(stories, random)) await arrive(batch);
    await tellAll(set, 6 * DAY_MS);
    // Messages that were never due the first time may be written now, since refund_due follows from state; they are
    // dropped, and nothing is sent.
    const rows = await readNotifications("template <> 'refund_due' OR status = 'sent'");
    const known = before.filter(
      (row) => !row.id.startsWith("refund_due/") || row.status === "sent",
    );
    expect(rows, `seed ${SEED + 2}`).toEqual(known);
  });
});

/** The identity of a message for its provider: the key if the provider has keys. */
function keyOf(asked: Asked): string | null {
  return asked.headers.get("idempotency-key") ?? asked.headers.get("webhook-id");
}

/** Providers that fail a third of the calls, in every possible way; they remember accepted messages. */
class UnsteadyProviders {
  readonly #random: Random;
  /** Key -> bodies that were accepted under it. */
  readonly taken = new Map<string, string[]>();
  /** Bodies that were accepted without a key. */
  readonly keyless: string[] = [];
  calls = 0;
  failures = 0;
  lostAnswers = 0;
  /** The number of known keys that came with another body. */
  contradictions = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  readonly answer = (asked: Asked, request: Request): Response | Promise<Response> => {
    this.calls += 1;
    if (this.#random.chance(2 / 3)) return this.#take(asked);
    this.failures += 1;
    switch (this.#random.integer(0, 6)) {
      case 0:
        return new Response("", { status: 500 });
      case 1:
        return new Response("", { status: 429, headers: { "retry-after": "1" } });
      case 2:
        return new Response("", { status: 401 });
      case 3:
        throw new Error("Network connection lost.");
      case 4:
        return hangs(asked, request);
      case 5:
        this.lostAnswers += 1;
        this.#take(asked);
        return hangs(asked, request);
      default:
        this.lostAnswers += 1;
        this.#take(asked);
        throw new Error("Network connection lost.");
    }
  };

  #take(asked: Asked): Response {
    const key = keyOf(asked);
    if (key === null) {
      this.keyless.push(asked.body);
      return accepts(asked);
    }
    const known = this.taken.get(key);
    if (known === undefined) this.taken.set(key, [asked.body]);
    else if (known.at(-1) !== asked.body) {
      this.contradictions += 1;
      known.push(asked.body);
    }
    return accepts(asked);
  }
}

/** The bodies that rows without a key were sent with, as the provider sees them. */
async function keylessBodies(where: string): Promise<ReadonlyMap<string, number>> {
  const { results } = await env.DB.prepare(
    `SELECT rendered->>'$.message.text' AS text FROM notifications
     WHERE channel IN ('sms', 'team') AND rendered IS NOT NULL AND ${where}`,
  ).all<{ text: string }>();
  return countOf(results.map(({ text }) => text));
}

function countOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function textOf(body: string): string {
  if (!body.startsWith("{")) return new URLSearchParams(body).get("Body") ?? "";
  return z.object({ text: z.string() }).parse(JSON.parse(body)).text;
}

async function liveThrough(
  stories: readonly Story[],
  set: Stage,
  random: Random,
  interleaved: boolean,
): Promise<number> {
  let deliveries = 0;
  for (const batch of disorder(stories, random)) {
    deliveries += batch.length;
    await arrive(batch, { now: set.deps.now().toISOString(), forwardTo: forwardAll });
    if (interleaved) await Promise.all([sweepMessages(set.deps), sweepMessages(set.deps)]);
    if (interleaved) set.advance(random.integer(1, 30_000));
  }
  await tellAll(set);
  return deliveries;
}

describe("with a third of the calls failing, every event repeated and shuffled", () => {
  it.each([
    ["told when all has arrived", false, SEED + 3],
    ["told while it arrives, by two runs at once", true, SEED + 4],
  ])("no key is accepted twice and every fact once: %s", async (how, interleaved, seed) => {
    const stories = readDay(seed, interleaved ? 33 : 22);
    const random = createRandom(seed, 1);
    const providers = new UnsteadyProviders(createRandom(seed, 2));
    const base = stage(providers.answer);
    const set = { ...base, deps: { ...base.deps, random: () => random.next(), timeoutMs: 15 } };
    const deliveries = await liveThrough(stories, set, random, interleaved);
    const truth = truthOf(stories);
    const label = `seed ${seed}`;

    // No key twice, and never with another text.
    expect(providers.contradictions, label).toBe(0);
    const twice = [...providers.taken].filter(([, bodies]) => bodies.length !== 1);
    expect(twice, label).toEqual([]);
    // Without a key: no text more often than there are rows with it.
    const rowsSaying = await keylessBodies("true");
    for (const [text, times] of countOf(providers.keyless.map(textOf))) {
      expect(times, `${label}: ${text}`).toBeLessThanOrEqual(rowsSaying.get(text) ?? 0);
    }

    // Every fact that is still true was accepted, or is on record if a repeat could not be recognised.
    const emailFacts = [...truth.stillTrue].filter((fact) => !/\/(sms|team)$/.test(fact));
    const sentEmails = await factsThat("status = 'sent' AND channel = 'email'");
    expect(
      emailFacts.filter((fact) => !sentEmails.includes(fact)),
      label,
    ).toEqual([]);
    const acceptedEmails = [...providers.taken.keys()].filter((key) => key.endsWith("/email"));
    // Messages accepted without an answer may have become untrue before a retry got one.
    const onRecord = await readNotifications(
      "channel = 'email' AND (status = 'sent' OR (status = 'suppressed' AND rendered IS NOT NULL))",
    );
    const recordedKeys = new Set(onRecord.map(({ id }) => id));
    expect(acceptedEmails.length, label).toBeGreaterThanOrEqual(sentEmails.length);
    expect(
      acceptedEmails.filter((key) => !recordedKeys.has(key)),
      label,
    ).toEqual([]);
    const untrueEmails = interleaved ? [] : sentEmails.filter((fact) => !truth.stillTrue.has(fact));
    expect(untrueEmails, label).toEqual([]);
    const others = [...truth.stillTrue].filter((fact) => /\/(sms|team)$/.test(fact)).toSorted();
    const settled = await factsThat(
      "channel IN ('sms', 'team') AND (status = 'sent' OR reason = 'outcome unknown')",
    );
    expect(
      others.filter((fact) => !settled.includes(fact)),
      label,
    ).toEqual([]);
    const untrueOthers = interleaved ? [] : settled.filter((fact) => !truth.stillTrue.has(fact));
    expect(untrueOthers, label).toEqual([]);
    // Every event was forwarded once.
    const events = stories.flatMap((story) => story.events.map(({ id }) => id));
    const forwarded = [...providers.taken.keys()].filter((key) => key.startsWith("evt_"));
    expect(forwarded.toSorted(), label).toEqual(events.toSorted());

    const unknown = (await factsThat("reason = 'outcome unknown'")).length;
    const { calls, failures, lostAnswers } = providers;
    report({
      chaos: how,
      seed,
      events: events.length,
      deliveries,
      calls,
      failures,
      lostAnswers,
      keysAccepted: providers.taken.size,
      keysAcceptedTwice: twice.length,
      keylessAccepted: providers.keyless.length,
      outcomeUnknown: unknown,
      factsTrue: truth.stillTrue.size,
      factsOvertaken: truth.overtaken.size,
    });
  });
});

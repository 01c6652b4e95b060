/**
 * A shop's day in this receiver, at any given time: receipt, application, messages, and the cron with its purge. The
 * code is the Worker's own; the clock and the providers are not.
 */
import { closeFinished } from "../../src/closed-orders/closing";
import { continueNight } from "../../src/closed-orders/night";
import { putBack } from "../../src/closed-orders/putting-back";
import type { Config } from "../../src/config";
import { consumeEvents } from "../../src/consumer/consumer";
import { describeBody } from "../../src/events/identity";
import { encodeMessage } from "../../src/events/queue-message";
import { createChannels } from "../../src/notifications/channels";
import { openEndpoints } from "../../src/notifications/channels/forward";
import { setupsOf } from "../../src/notifications/channels/setup";
import { type DispatchDeps, dispatchDue } from "../../src/notifications/dispatch";
import { outboxRules } from "../../src/notifications/templates";
import { applyBatch } from "../../src/store/state/apply";
import { countStretch } from "../../src/store/inbox/counts";
import { type ReceivedEvent } from "../../src/store/inbox/receipt";
import { markStuck } from "../../src/store/inbox/waiting";
import { purgeOld, type PurgeReport } from "../../src/upkeep/retention";

export interface Shop {
  readonly db: D1Database;
  readonly archive: R2Bucket | null;
  readonly config: Config;
}

export interface Day {
  /** The end of the day, ISO 8601. */
  readonly endsAt: string;
  /** Bodies in the order in which their events happened. */
  readonly payloads: readonly string[];
  /** The number of cron runs in the day. */
  readonly runs: number;
}

const BATCH = 100;

/** The time of receipt is the event's own time, or the end of the day if it states none. */
async function receive(payload: string, endsAt: string): Promise<ReceivedEvent> {
  const { id, description } = describeBody(payload, null, { receivedAt: endsAt, timeZone: null });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(payload));
  const bytes = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return {
    id: id ?? crypto.randomUUID(),
    ...description,
    typeHint: null,
    receivedAt: description.occurredAt ?? endsAt,
    bodySha256: bytes.join(""),
    verifiedBy: "current",
    payload,
  };
}

function deliveryOf(event: ReceivedEvent) {
  const { id, typeHint, receivedAt, bodySha256, payload } = event;
  const whole = { id, eventType: event.eventType ?? "", typeHint, receivedAt, bodySha256, payload };
  return {
    id,
    body: encodeMessage({ ...whole, verifiedBy: "current", stored: false }),
    attempts: 1,
    ack: () => undefined,
    retry: () => {
      throw new Error(`${id} was given back`);
    },
  };
}

/** Providers that accept everything. */
function dispatchAt({ db, config }: Shop, at: string): DispatchDeps {
  const now = (): Date => new Date(at);
  const accepted = { id: crypto.randomUUID(), sid: "SM00000000000000000000000000000000" };
  const io = { fetch: () => Promise.resolve(Response.json(accepted)), now };
  const channels = createChannels(config.channels, io);
  return {
    db,
    channels,
    openEndpoint: openEndpoints(config.channels, io),
    setups: setupsOf(channels, new Set(config.statedChannelSettings)),
    ...config.audience,
    linkSecret: null,
    shop: { ...config.shop, takesReplies: false },
    notifyMaxAgeMs: config.notifyMaxAgeMs,
    now,
    random: Math.random,
    sleep: () => Promise.resolve(),
    timeoutMs: 10_000,
    wake: () => Promise.resolve(),
  };
}

/** Runs the day; returns the number of things that its purges removed. */
export async function liveDay(shop: Shop, day: Day): Promise<PurgeReport> {
  const { db, archive, config } = shop;
  const events = await Promise.all(day.payloads.map((payload) => receive(payload, day.endsAt)));
  for (let at = 0; at < events.length; at += BATCH) {
    const slice = events.slice(at, at + BATCH);
    const now = slice.at(-1)?.receivedAt ?? day.endsAt;
    await consumeEvents(slice.map(deliveryOf), {
      db,
      forwardTo: () =>
        Promise.resolve(
          config.outbox.forwardsByDefault ? [{ endpoint: "default", eventTypes: ["*"] }] : [],
        ),
      options: {
        ...config.defaults,
        ...config.outbox,
        rules: outboxRules,
        dedupeDays: config.retention.dedupeDays,
      },
      now: () => new Date(now),
      random: Math.random,
      apply: (batch) => applyBatch(db, batch, now),
      raiseAlert: () => Promise.resolve(),
      putBack: async (keys) => {
        if (archive === null) return 0;
        const answer = await putBack({ db, archive, now: () => new Date(now) }, keys);
        if (!answer.ok) throw new Error(answer.problem);
        return answer.sets;
      },
      wake: () => Promise.resolve(),
    });
    // Replaces the wake-up call: everything that is due.
    await markStuck(db, day.endsAt, day.endsAt, BATCH);
    await dispatchDue(dispatchAt(shop, now));
  }
  while ((await dispatchDue(dispatchAt(shop, day.endsAt))).claimed > 0) {
    // Until no message is due.
  }
  while (await countStretch(db, day.endsAt, day.endsAt)) {
    // Until all are counted.
  }
  const purged: PurgeReport = { bodies: 0, rows: 0, messages: 0, archived: 0, isRound: true };
  const { days, dedupeDays, maxBytes } = config.retention;
  for (let run = 0; run < day.runs; run += 1) {
    const now = (): Date => new Date(day.endsAt);
    const report = await purgeOld({ db, archive, days, dedupeDays, maxBytes, now });
    purged.bodies += report.bodies;
    purged.rows += report.rows;
    purged.messages += report.messages;
    purged.archived += report.archived;
    const { bodies, rows, messages, archived, isRound } = report;
    // The clock stands still, so the next run would find nothing either.
    if (isRound && bodies + rows + messages + archived === 0) break;
  }
  return purged;
}

/** A whole round of the Worker of closed orders; returns the number of archived sets. */
export async function closeDay({ db, archive, config }: Shop, endsAt: string): Promise<number> {
  const { orderDays } = config.retention;
  return archive === null
    ? 0
    : await closeFinished({ db, archive, orderDays, now: () => new Date(endsAt) });
}

/** The run of a night. */
export async function writeLake({ db, archive, config }: Shop, endsAt: string): Promise<void> {
  const { dedupeDays } = config.retention;
  if (archive !== null) {
    await continueNight({ db, archive, dedupeDays, now: () => new Date(endsAt) });
  }
}

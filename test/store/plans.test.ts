/// <reference types="vite/client" />
/**
 * No statement of the store scans a table. Everything that the Worker does is done once, with a database that records
 * each statement, and SQLite is asked for its plan. The sources prove completeness: the beginning of every statement in
 * them must have been recorded.
 */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/index";
import {
  deleteEndpoint,
  insertEndpoint,
  learnState,
  loadEndpoint,
  reserveRequests,
  rotateSecret,
  updateEndpoint,
} from "../../src/store/outbox/endpoints";
import { countReplayable, replayForwards } from "../../src/store/outbox/forward-replay";
import {
  countPending,
  findFirstWaiting,
  listDueOfLane,
  loadLaneFigures,
  queueRetries,
  releaseWaiting,
} from "../../src/store/outbox/lanes";
import { eraseKeyedRows } from "../../src/store/privacy/erasure-rows";
import { loadOrderFacts } from "../../src/store/state/order-facts";
import {
  findCandidates,
  findUnsettled,
  mayClose,
  saveWalk,
} from "../../src/store/closed-orders/candidates";
import {
  forgetFile,
  hasName,
  hasPersonsArchived,
  loadDropped,
  loadDue,
  loadFilesAfter,
  loadFilesIn,
  loadToRewrite,
} from "../../src/store/closed-orders/closed-files";
import { findArchivedKeys } from "../../src/store/closed-orders/put-back";
import { loadRows } from "../../src/store/state/rows";
import { enterOrders, rewriteStatements } from "../../src/store/privacy/erased-bodies";
import { orderSorts, worklists } from "../../src/store/worklists/conditions";
import { saveActivity } from "../../src/store/activity/activity";
import { loadEntered, saveError } from "../../src/store/privacy/erasure";
import { loadCustomers } from "../../src/store/privacy/person";
import { countHeld, forgetChannel, releaseHeld } from "../../src/store/outbox/channels";
import { listUnsent } from "../../src/store/outbox/unsent";
import { countStretch } from "../../src/store/inbox/counts";
import {
  listEditedTexts,
  listTextVersions,
  loadEditedTexts,
  saveText,
} from "../../src/store/texts/message-texts";
import { listDeliveries, measureEndpoints } from "../../src/store/forwarding/deliveries";
import { deleteTestEvent, listTroubled } from "../../src/store/inbox/inspection";
import { countTroubled } from "../../src/store/overview";
import { loadOverview } from "../../src/store/overview-figures";
import { findApplied, loadRowEvents } from "../../src/store/inbox/imports";
import { listUnsettled } from "../../src/store/replays";
import { loadRefusedHours } from "../../src/store/inbox/refusals";
import { listOptOuts, removeOptOut, saveOptOut } from "../../src/store/shop/opt-outs";
import { removeSetting, saveSetting } from "../../src/store/shop/settings";
import { loadSwitches, saveSwitch } from "../../src/store/shop/switches";
import { deleteSession, loadSession, markSeen, saveSession } from "../../src/store/sessions";
import { noteFailedTry, recordConflicts } from "../../src/store/inbox/inbox";
import { purgeOld } from "../../src/upkeep/retention";
import { continueNight } from "../../src/closed-orders/night";
import { rewriteFile } from "../../src/closed-orders/rewriting";
import { restore } from "../../src/upkeep/restore";
import { createDay } from "../../testbed/stories/index";
import { calmEnv, fireCron, hand, postTo } from "../faults/drive";
import { event, order } from "../support/events";
import { archiveOrders, putBackKeys } from "../support/closed-orders";
import { bucket, changed, emptyBucket } from "../upkeep/aged";
import { clearTables } from "../support/rows";

/** Intended full scans, each with its reason. The scanned table is named as in the plan. */
const allowed: readonly {
  readonly plan: RegExp;
  readonly statement: RegExp;
  readonly why: string;
}[] = [
  {
    plan: /^SCAN forward_endpoints$/,
    statement: /FROM forward_endpoints/,
    why: "at most 21 rows",
  },
  {
    plan: /^SCAN m$/,
    statement: /FROM message_texts m WHERE text IS NOT NULL/,
    why: "at most 20 versions of each text that a person has edited",
  },
  {
    plan: /^SCAN (orders USING INDEX orders_refund_due|shipments USING (COVERING )?INDEX shipments_undelivered)$/,
    statement: /INDEXED BY (orders_refund_due|shipments_undelivered)/,
    why: "the orders that wait for a person: the index has no others, and a thousand are counted",
  },
  {
    plan: /^SCAN \w+ USING (COVERING )?INDEX (orders|payments|refunds)_stale$/,
    statement: /stale = 1/,
    why: "a partial index that is empty between batches",
  },
  {
    plan: /^SCAN webhook_events USING INDEX webhook_events_set_aside$/,
    statement: /'quarantined', 'failed', 'ignored'/,
    why: "a partial index that holds unapplied events and nothing else",
  },
  {
    plan: /^SCAN (rebuilds|r|erasures)$/,
    statement: /finished_at/,
    why: "a row for each rebuild that a person has started, or for each person that was erased",
  },
  {
    plan: /^SCAN r$/,
    statement: /UPDATE rebuild_changes/,
    why: "a row for each rebuild that a person has started",
  },
  {
    plan: /^SCAN refused_totals$/,
    statement: /FROM refused_totals/,
    why: "a row for each reason for which a delivery can be refused",
  },
  {
    plan: /^SCAN erasure_orders USING COVERING INDEX erasure_orders_pending$/,
    statement: /pending = 1/,
    why: "a partial index that holds what is still to be erased, empty when nothing is",
  },
  {
    plan: /^SCAN (orders|payments|refunds|shipments) USING INDEX \w+_to_renew$/,
    statement: /INDEXED BY \w+_to_renew/,
    why: "a partial index that holds what a Worker of version 0.2 has written, as a rule nothing",
  },
  {
    plan: /^SCAN webhook_events USING INDEX webhook_events_to_reread$/,
    statement: /INDEXED BY webhook_events_to_reread|FROM state_audit|AS is_blocked/,
    why: "the same of events, read in its order up to a limit, or to see whether there are any",
  },
  {
    plan: /^SCAN d1_migrations( USING COVERING INDEX .*)?$/,
    statement: /SELECT name FROM d1_migrations/,
    why: "wrangler's table, a row for each migration",
  },
  {
    plan: /^SCAN sessions$/,
    statement: /DELETE FROM sessions WHERE ends_at/,
    why: "a row for each sign-in of the last twelve hours, a thousand at most; once a sign-in",
  },
  {
    plan: /^SCAN archive_writes$/,
    statement: /FROM archive_writes ORDER BY name LIMIT 1/,
    why: "a row for an archive object whose writing was cut off: none, or one",
  },
  {
    plan: /^SCAN (shop_settings|message_switches)$/,
    statement: /FROM (shop_settings|message_switches)( ORDER BY|\))/,
    why: "a row for each setting that a person has set, and for each message that is switched",
  },
  {
    plan: /^SCAN order_contacts( USING COVERING INDEX .*)?$/,
    statement: /DELETE FROM order_contacts WHERE order_number IN/,
    why: "once for each file of closed orders, two years after it was written",
  },
  {
    plan: /^SCAN (put_back_sets|p)$/,
    statement:
      /SELECT DISTINCT file_id FROM put_back_sets|FROM put_back_sets p CROSS JOIN closed_files/,
    why: "a row for each set that was brought back since the last night, read up to a limit",
  },
  {
    plan: /^SCAN channels$/,
    statement: /FROM channels ORDER BY channel/,
    why: "a row for each channel",
  },
  {
    plan: /^SCAN notifications USING INDEX notifications_due$/,
    statement: /AS messages FROM \(\s+SELECT channel, reason/,
    why: "a partial index that holds what waits, read up to a limit, where a channel holds messages back",
  },
  {
    plan: /^SCAN notifications USING INDEX notifications_due$/,
    statement: /AS messages FROM \(\s+SELECT template, resends/,
    why: "the same, where a person looks at quiet-until",
  },
  {
    plan: /^SCAN orders USING COVERING INDEX sqlite_autoindex_orders_1$/,
    statement: /order_number LIKE \?1/,
    why: "a search for a part of a number: 10 ms with 200,000 orders (docs/scale.md)",
  },
  {
    plan: /^SCAN activity$/,
    statement: /DELETE FROM activity[\s\S]*LIMIT 2000/,
    why: "the oldest 2,000 rows, by the primary key",
  },
  {
    plan: /^SCAN erased( USING COVERING INDEX .*)?$/,
    statement: /SELECT hash FROM erased/,
    why: "an isolate has to know everybody who was erased; read where that has changed",
  },
];

const statements = new Set<string>();

function recording(inner: D1Database): D1Database {
  return new Proxy(inner, {
    get: (target, property) => {
      if (property === "prepare") {
        return (sql: string) => {
          statements.add(sql);
          return target.prepare(sql);
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

const testEnv = { ...calmEnv, DB: recording(env.DB), ADMIN_TOKEN: "plans" };

async function admin(path: string, body?: object): Promise<void> {
  const headers = { authorization: "Bearer plans" };
  const init =
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const request = new Request(`https://receiver.test/api/admin${path}`, init);
  const context = createExecutionContext();
  const response = await worker.fetch(request, testEnv, context);
  if (!response.ok) throw new Error(`${path} answered ${String(response.status)}`);
}

function messageOf(value: { readonly id?: unknown; readonly event_type?: unknown }): string {
  return JSON.stringify({
    id: value.id,
    eventType: value.event_type,
    receivedAt: new Date().toISOString(),
    bodySha256: "0".repeat(64),
    verifiedBy: "current",
    stored: false,
    payload: JSON.stringify(value),
  });
}

beforeAll(async () => {
  await clearTables();
  const stories = createDay({ seed: 5, orders: 12, endsAtMs: Date.now(), firstNumber: 1 });
  const told = stories.flatMap((story) => story.events);
  const odd = [event("order.created", { order_number: 5 }), event("coupon.created", order("X"))];
  await Promise.all(told.slice(0, 20).map((value) => postTo(testEnv, value)));
  await postTo(testEnv, event("order.created", order("LARGE", { note: "x".repeat(40_000) })));
  await hand(testEnv, "ce-events", [...told.slice(20), ...odd].map(messageOf));
  await hand(testEnv, "ce-events-dlq", [messageOf(event("order.created", order("DEAD")))]);
  // An event that an earlier version stored is described again when it is applied.
  await env.DB.prepare("UPDATE webhook_events SET status = 'received', form = NULL WHERE id = ?1")
    .bind(told[25]?.id)
    .run();
  await hand(testEnv, "ce-events", [JSON.stringify({ id: told[25]?.id })]);
  const { results } = await env.DB.prepare("SELECT id FROM notifications").all<{ id: string }>();
  await hand(testEnv, "ce-notifications", [{ ids: results.map(({ id }) => id) }]);
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'received', received_at = '2026-01-01T00:00:00.000Z' WHERE rowid % 7 = 0",
  ).run();
  await beOfVersion02();
  await fireCron(testEnv);
  await recordConflicts(testEnv.DB, [{ id: told[30]?.id ?? "", sha256: "1" }]);
  await noteFailedTry(testEnv.DB, ["unknown"], "why");
  const number = stories.at(-1)?.events[0]?.data["order_number"];
  await admin("/health");
  await admin("/troubled");
  for (const { id } of told.slice(0, 40)) await admin(`/events/${encodeURIComponent(id ?? "")}`);
  await admin(`/orders/${String(number)}/explain`);
  await admin("/events");
  await admin("/events?after=0&order=X");
  await admin(`/events?from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z&q=${String(number)}`);
  for (const filter of ["order=X", "status=failed", "status=received"]) {
    await admin(`/events?${filter}`);
  }
  await admin(`/orders?q=${String(number)}`);
  await admin("/orders");
  await admin("/orders?cursor=1");
  for (const list of worklists) await admin(`/orders?list=${list}`);
  for (const sort of orderSorts) {
    await admin(`/orders?sort=${sort}`);
    await admin(`/orders?sort=${sort}&placed=month&status=lost&shipment=lost&messages=failed`);
  }
  await admin(`/orders/${String(number)}`);
  await admin(`/orders/${String(number)}/timeline`);
  await admin("/notifications");
  await admin("/notifications?template=refund_due");
  await admin(`/notifications?order=${String(number)}`);
  await admin("/notifications?recipient=asha%40example.com");
  await admin(`/notifications/${encodeURIComponent(results[0]?.id ?? "")}`);
  const settledOne = await env.DB.prepare(
    "SELECT id FROM notifications WHERE status <> 'pending' LIMIT 1",
  ).first<string>("id");
  await admin(`/notifications/${encodeURIComponent(settledOne ?? "")}/send-again`, {});
  for (const q of ["4001", "a b", "nobody@x"]) await admin(`/search?q=${encodeURIComponent(q)}`);
  await loadCustomers(testEnv.DB, ["none"]);
  for (const isCounted of [true, false]) {
    const activity = { who: "", what: "sign_in_failed", isCounted } as const;
    await saveActivity(testEnv.DB, activity, new Date().toISOString());
  }
  await admin("/activity");
  await admin("/settings");
  await loadOrderFacts(testEnv.DB, "ORD-1");
  await saveSetting(testEnv.DB, { name: "name", value: "Meera", changed_at: "", changed_by: "" });
  await removeSetting(testEnv.DB, "name");
  const turned = { is_on: 1, changed_at: "", changed_by: "" };
  await saveSwitch(testEnv.DB, { template: "alert", channel: "team", ...turned });
  await loadSwitches(testEnv.DB);
  await saveOptOut(testEnv.DB, { recipientHash: "1", at: "", source: "page" });
  await listOptOuts(testEnv.DB, ["1"]);
  await removeOptOut(testEnv.DB, "1");
  await admin("/quiet-until");
  await admin("/quiet-until", { until: "2026-01-01T00:00:00Z" });
  await admin("/notifications/send-again", { reason: "channel not configured", dry_run: true });
  await admin("/notifications/send-again", { reason: "channel not configured", channel: "sms" });
  await listUnsent(testEnv.DB, { reason: "retries exhausted" }, 50);
  await releaseHeld(testEnv.DB, "email", new Date().toISOString(), 500);
  await countHeld(testEnv.DB);
  await forgetChannel(testEnv.DB, "email");
  await admin("/metrics");
  for (const step of ["hour", "ten minutes"]) {
    const from = "2026-01-01T00:00:00.000Z";
    const query = { from, step, starts: [from], off: ["sms"] };
    await loadOverview(testEnv.DB, new Date().toISOString(), query);
  }
  await findApplied(testEnv.DB, ["import:x"]);
  await loadRowEvents(testEnv.DB, ["ORD-1"]);
  await measureEndpoints(testEnv.DB, "2026-01-01");
  await listDeliveries(testEnv.DB, "default", { limit: 5 });
  await saveText(
    testEnv.DB,
    { language: "en", key: "alert.title", text: "Look" },
    { at: "2026-11-24T10:00:00.000Z", by: "Asha" },
  );
  await listEditedTexts(testEnv.DB, "en");
  await listTextVersions(testEnv.DB, "en", "alert.title");
  await loadEditedTexts(testEnv.DB);
  await loadOrderFacts(testEnv.DB, "ORD-1");
  await forwardAll(testEnv.DB);
  await env.DB.exec(
    "INSERT INTO payments (payment_id, order_number, updated_at) VALUES ('CUT-1', 'CUT', ''), ('CUT-2', 'CUT', '')",
  );
  await loadRows(testEnv.DB, "CUT", { rows: 1, events: 1, bytes: 1 });
  await enterOrders(testEnv.DB, 0, ["none"]);
  await eraseKeyedRows(testEnv.DB, [{ subject: "payment", key: "none" }]);
  await countStretch(testEnv.DB, "2099-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z");
  await deleteTestEvent(testEnv.DB, "none", "receiver.test");
  await admin("/replay", { ids: [told[30]?.id ?? ""], dry_run: true });
  await admin("/replay", { status: "failed" });
  await admin("/resends/1");
  await admin("/replays/2");
  await listUnsettled(testEnv.DB, 1, 10);
  await listTroubled(testEnv.DB, 10, { status: "failed", before: 5 });
  await countTroubled(testEnv.DB);
  await saveSession(testEnv.DB, "session", { endsAtMs: 2, seenAtMs: 1 });
  await loadSession(testEnv.DB, "session");
  await markSeen(testEnv.DB, "session", 1);
  await deleteSession(testEnv.DB, "session");
  await refuseOne();
  await loadRefusedHours(testEnv.DB, new Date().toISOString());
  await admin("/replay", { status: "ignored" });
  for (const dry_run of [true, false]) {
    await env.DB.prepare("UPDATE orders SET status = 'wrong'").run();
    await env.DB.prepare("UPDATE webhook_events SET occurred_at = '2026-01-01'").run();
    await admin("/rebuilds", { dry_run });
    await fireCron(testEnv);
  }
  await admin("/rebuilds/1");
  await closeAndPutBack(String(number));
  await outlive(told.at(-1)?.data["order_number"]);
}, 60_000);

/** Every action on an endpoint, and its forwards. */
async function forwardAll(db: D1Database): Promise<void> {
  const now = new Date().toISOString();
  const settings = { description: "", event_types: ["*"], include_order: true, rate_limit: 60 };
  const row = await insertEndpoint(db, "ep_plans", { url: "https://a.example/", ...settings }, now);
  if (row === null) throw new Error("there is no room for an endpoint");
  await loadEndpoint(db, row.id);
  await updateEndpoint(db, row.id, { url: "https://b.example/", ...settings });
  await rotateSecret(db, row.id, now);
  const state = {
    status: "active",
    status_reason: null,
    failing_since: null,
    retry_at: null,
  } as const;
  await learnState(db, row, state, row, now);
  await reserveRequests(db, row.id, 1, 1, 1);
  const replay = { endpoint: row.id, types: ["order.created"], from: undefined, to: undefined };
  await countReplayable(db, replay, 0);
  await replayForwards(db, replay, 0, now);
  await countPending(db, [row.id], 10);
  await loadLaneFigures(db, [row.id]);
  await findFirstWaiting(db, row.id);
  await releaseWaiting(db, row.id, now, 1);
  await listDueOfLane(db, row.id, now, 1);
  await queueRetries(db, row.id, now, 1);
  await deleteEndpoint(db, row.id);
}

/** A delivery without a signature. */
async function refuseOne(): Promise<void> {
  const request = new Request("https://receiver.test/api/webhooks/ce", { method: "POST" });
  const context = createExecutionContext();
  await worker.fetch(request, testEnv, context);
  await waitOnExecutionContext(context);
}

/** As if a Worker of version 0.2 had written some rows, with a bare body and a purged one among them. */
async function beOfVersion02(): Promise<void> {
  const old = "2026-01-01T00:00:00.000Z 01 old";
  const bare = JSON.stringify({ order_number: "BARE", status: "confirmed" });
  const insert =
    "INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256, payload) VALUES (?1, 'order.confirmed', ?2, 'processed', '', ?3)";
  const tables = ["payments", "refunds", "shipments"];
  await env.DB.batch([
    env.DB.prepare("UPDATE orders SET items_precedence = ?1").bind(old),
    ...tables.map((table) => env.DB.prepare(`UPDATE ${table} SET link_precedence = ?1`).bind(old)),
    env.DB.prepare("UPDATE webhook_events SET form = NULL WHERE rowid % 5 = 0"),
    env.DB.prepare(insert).bind("bare", new Date().toISOString(), bare),
    env.DB.prepare(insert).bind("purged", new Date().toISOString(), null),
  ]);
}

/** A closed order on its way into the archive, once in vain, and back. */
async function closeAndPutBack(number: string): Promise<void> {
  await emptyBucket();
  let puts = 0;
  const archive = changed("put", async (...given) => {
    puts += 1;
    if (puts === 1) await env.DB.prepare("UPDATE orders SET updated_at = 'now'").run();
    return await bucket().put(...given);
  });
  await archiveOrders([number], { db: testEnv.DB, archive });
  await archiveOrders([number], { db: testEnv.DB, archive });
  await mayClose(testEnv.DB, "");
  await findUnsettled(testEnv.DB, [number]);
  await hasPersonsArchived(testEnv.DB);
  await loadEntered(testEnv.DB, [number]);
  await findArchivedKeys(testEnv.DB, number, ["asha@example.com"], 1);
  await loadDropped(testEnv.DB, "", 1);
  await forgetFile(testEnv.DB, 1);
  await putBackKeys([`o:${number}`], { db: testEnv.DB, archive });
  const [file] = await loadToRewrite(testEnv.DB, 1);
  if (file === undefined) throw new Error("nothing was brought back");
  await hasName(testEnv.DB, file);
  const files = { db: testEnv.DB, archive, now: () => new Date() };
  await rewriteFile(files, file, "closed");
  const other = await env.DB.prepare(
    "SELECT max(order_number) AS n FROM orders WHERE order_number <> ?1",
  )
    .bind(number)
    .first<string>("n");
  await archiveOrders([other ?? ""]);
  const written = await loadFilesIn(testEnv.DB, "closed", 5);
  for (const one of written) await rewriteFile(files, one, "expired");
  await loadFilesAfter(testEnv.DB, 0, 1);
  await loadFilesIn(testEnv.DB, "begun", 1);
  await loadDue(testEnv.DB, 0, "", 1);
  await findCandidates(testEnv.DB, "9", 10, 10);
  await saveWalk(testEnv.DB, 0, "");
  await env.DB.prepare("DELETE FROM cursors WHERE name = 'lake'").run();
  await continueNight({ ...files, archive: bucket(), dedupeDays: 400 });
}

/** Retention, archive and erasure, as if a year had passed. */
async function outlive(number: unknown): Promise<void> {
  const archive = bucket();
  await emptyBucket();
  const at = (days: number) => () => new Date(Date.now() + days * 86_400_000);
  const deps = { db: testEnv.DB, archive, days: 90, dedupeDays: 400, maxBytes: 10e9 };
  const contact = await env.DB.prepare(
    "SELECT contact FROM order_contacts WHERE contact LIKE 'email:%' LIMIT 1",
  ).first<string>("contact");
  const person = { email: String(contact).slice("email:".length) };
  await purgeOld({ ...deps, now: at(91) });
  await admin("/erasures", { ...person, dry_run: true });
  await admin("/exports", person);
  await admin("/erasures", person);
  await admin("/erasures/1");
  await saveError(testEnv.DB, 1, "stuck");
  await postTo(
    testEnv,
    event("order.created", order(String(number), { note: "y".repeat(150_000) })),
  );
  const large = { id: "e", payload: "{}".padEnd(150_000), isOrders: true };
  await testEnv.DB.batch([
    ...rewriteStatements(testEnv.DB, [large, { id: "f", payload: "{}", isOrders: true }]),
  ]);
  await purgeOld({ ...deps, now: at(500) });
  await restore({ db: testEnv.DB, archive, now: at(500) }, { dry_run: false });
  await fireCron(testEnv);
}

const flat = (sql: string): string => sql.replaceAll(/\s+/g, " ").trim();

/** The texts of the statements in the sources, up to the first interpolated part. */
function beginnings(): readonly string[] {
  const sources: Record<string, string> = import.meta.glob("../../src/store/**/*.ts", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const verbs = /[`"]\s*((?:INSERT|UPDATE|DELETE FROM|SELECT|WITH)\s[^`"$]{12,})/g;
  return Object.values(sources)
    .map((source) => source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, ""))
    .flatMap((source) => [...source.matchAll(verbs)].map(([, text = ""]) => flat(text)));
}

interface Scan {
  readonly statement: string;
  readonly plan: string;
}

/** An alias is defined in the statement or in the views that it reads. */
async function scansOf(
  sql: string,
  schema: readonly { name: string; type: string; sql: string }[],
) {
  const parameters = Math.max(0, ...(sql.match(/\?\d+/g) ?? []).map((one) => Number(one.slice(1))));
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...Array.from({ length: parameters }, () => "[]"))
    .all<{ detail: string }>();
  const views = schema.filter(({ type, name }) => type === "view" && sql.includes(name));
  const texts = [
    sql,
    ...views.map((view) => view.sql),
    ...schema.filter(({ type }) => type === "view").map((view) => view.sql),
  ];
  const tables = schema.filter(({ type }) => type === "table").map(({ name }) => name);
  const isTable = (scanned: string): boolean =>
    tables.includes(scanned) ||
    tables.some((table) =>
      texts.some((text) => new RegExp(`\\b${table}\\s+(?:AS\\s+)?${scanned}\\b`).test(text)),
    );
  return results
    .map(({ detail }) => detail)
    .filter((detail) => /^SCAN |AUTOMATIC/.test(detail) && !detail.includes("VIRTUAL TABLE"))
    .filter((detail) => isTable(detail.split(" ")[1] ?? ""));
}

describe("every statement of the store", () => {
  it("was seen", () => {
    const seen = [...statements].map(flat);
    const missing = beginnings().filter((text) => !seen.some((sql) => sql.includes(text)));
    expect(missing).toEqual([]);
    expect(statements.size).toBeGreaterThan(50);
  });

  it("finds its rows by a key or an index, but for scans that are meant", async () => {
    const { results: schema } = await env.DB.prepare(
      "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    ).all<{ name: string; type: string; sql: string }>();
    const unmeant: Scan[] = [];
    for (const sql of statements) {
      for (const plan of await scansOf(sql, schema)) {
        const isMeant = allowed.some((one) => one.plan.test(plan) && one.statement.test(sql));
        if (!isMeant) unmeant.push({ statement: flat(sql).slice(0, 160), plan });
      }
    }
    expect(unmeant).toEqual([]);
  });

  it("would be found out: a scan is seen as one", async () => {
    const { results: schema } = await env.DB.prepare(
      "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL",
    ).all<{ name: string; type: string; sql: string }>();
    expect(await scansOf("SELECT * FROM orders o WHERE o.customer_name = ?1", schema)).toEqual([
      "SCAN o",
    ]);
    expect(await scansOf("SELECT * FROM orders WHERE order_number = ?1", schema)).toEqual([]);
  });
});

/**
 * The Worker: `fetch` receives, `queue` applies and notifies, `scheduled` sweeps. Wiring only: each
 * room is handed what it needs and nothing else.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { version } from "../package.json";
import { type Config, loadConfig } from "./config";
import { adminApi } from "./console/admin-api";
import { consolePages } from "./console/console";
import type { AdminApiDeps, Serve, Settings } from "./console/deps";
import { isConfigured } from "./console/sign-in";
import { consumeEvents, type ConsumerDeps } from "./consumer/consumer";
import { buryEvents, type DeadLetterDeps } from "./consumer/dead-letters";
import { measured } from "./data-points";
import { addMs } from "./events/time";
import {
  AUDIT_EVENTS,
  BODY_MAX_BYTES,
  BODY_TIMEOUT_MS,
  COUNT_WAITS_MS,
  PUSH_AFTER_MS,
  SWEEP_STRETCH_ROWS,
} from "./limits";
import { errorText, log } from "./log";
import { handleNotificationBatch, handleNotificationDeadLetters } from "./notifications/consumer";
import { findEmailBinding } from "./notifications/channels/email/cloudflare";
import { dispatchDeps } from "./notifications/deps";
import { type DispatchDeps, dispatchDue } from "./notifications/dispatch";
import { outboxRules } from "./notifications/templates";
import { isProbe } from "./receiver/probe";
import { type RefusalCounter, refusalCounter } from "./receiver/refusal-counter";
import { type ReceiverDeps, receiverRoutes } from "./receiver/route";
import { sharedSave, type SharedSave } from "./receiver/shared-writes";
import { auditAlert, conflictAlert, deadLetterAlert } from "./store/alerts";
import { applyBatch } from "./store/apply";
import { loadArrivals } from "./store/arrivals";
import { auditSlice } from "./store/audit";
import { countStretch, recordSweep } from "./store/counts";
import { admitAndRead, failEvents, noteFailedTry, recordConflicts } from "./store/inbox";
import { type Erased, nobody, readErased, rememberErased } from "./store/erased";
import { storeErased } from "./store/erased-bodies";
import { loadErasure } from "./store/erasure";
import { type Alert, insertAlerts } from "./store/outbox";
import { countHeld } from "./store/person";
import { sendAgain } from "./store/message-list";
import { sendTexts, sendWakeUpCalls } from "./store/queue";
import { saveRefusals } from "./store/refusals";
import { deferPush, listReplayable, listWaiting, markStanding, requeue } from "./store/waiting";
import { findArchive, listObjects } from "./upkeep/archive";
import { continueErasures, erase } from "./upkeep/erasure";
import { exportPerson, parsePlace } from "./upkeep/export";
import { replayEvents } from "./upkeep/replay";
import { continueRebuild } from "./upkeep/rebuild";
import { renew, reread } from "./upkeep/reread";
import { restore } from "./upkeep/restore";
import { purgeWhenDue } from "./upkeep/retention";
import { sweep } from "./upkeep/sweep";
import { alertsAbout } from "./upkeep/watch";

const clock = (): Date => new Date();
const nowIso = (): string => clock().toISOString();

/** Read once per isolate; what could not be used is said once, in the log. */
const reported = new WeakSet<Config>();
function configOf(env: Env): Config {
  const config = loadConfig(env);
  if (!reported.has(config)) {
    reported.add(config);
    for (const message of config.problems) log.warn("config", { message });
  }
  return config;
}

/** The sweep finds what is due without any call, so one that is lost costs a minute at most. */
async function wake(env: Env, ids: readonly string[]): Promise<void> {
  try {
    await sendWakeUpCalls(env.NOTIFICATIONS, ids);
  } catch (error) {
    log.warn("wake_failed", { notifications: ids.length, error: errorText(error) });
  }
}

/** Calls a person: once a kind and hour. */
async function raiseAlert(env: Env, alert: Alert): Promise<void> {
  const raised = await insertAlerts(env.DB, [alert], nowIso());
  if (raised.length > 0) await wake(env, raised);
}

/** Requests of an isolate share their writes. */
const shared = new WeakMap<D1Database, { readonly queue: Queue; readonly save: SharedSave }>();
function saveOf({ DB, EVENTS }: Env): SharedSave {
  const known = shared.get(DB);
  if (known?.queue === EVENTS) return known.save;
  const save = sharedSave(DB, EVENTS, Date.now);
  shared.set(DB, { queue: EVENTS, save });
  return save;
}

/** What this isolate has refused. */
const refusals = new WeakMap<D1Database, RefusalCounter>();
function refusalsOf({ DB }: Env): RefusalCounter {
  const known = refusals.get(DB);
  if (known !== undefined) return known;
  const counter = refusalCounter((counts) => saveRefusals(DB, counts), Date.now);
  refusals.set(DB, counter);
  return counter;
}

/** Who was erased, as this isolate last knew it. */
function erasedIn({ DB }: Env): Erased {
  return rememberErased(DB, Date.now())?.erased ?? nobody;
}

function receiverDeps(c: Context<{ Bindings: Env }>): ReceiverDeps {
  const { env } = c;
  const config = configOf(env).receipt;
  const background = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
  // Half the time that a receipt may take: the other half is for doing it alone.
  const caller = { background, patienceMs: config.timeoutMs / 2, nowMs: Date.now };
  return {
    config,
    bodyTimeoutMs: BODY_TIMEOUT_MS,
    now: clock,
    erased: () => erasedIn(env),
    save: (event) => saveOf(env)(event, caller),
    reportConflict: (event) => raiseAlert(env, conflictAlert(event.id)),
    push: (message) => env.EVENTS.send(message, { contentType: "text" }),
    refused: (reason) => {
      if (!isProbe(c.req.raw)) refusalsOf(env).count(reason, background);
    },
    background,
  };
}

function consumerDeps(env: Env): ConsumerDeps {
  const { defaults, outbox, retention } = configOf(env);
  return {
    options: { ...defaults, ...outbox, rules: outboxRules, dedupeDays: retention.dedupeDays },
    random: Math.random,
    erased: () => erasedIn(env),
    storeErased: (bodies, erasedVersion) => storeErased(env.DB, bodies, erasedVersion),
    admitAndRead: (missing, queries, erasedVersion) =>
      admitAndRead(env.DB, missing, queries, erasedVersion),
    apply: (batch, erasedVersion) => applyBatch(env.DB, batch, nowIso(), erasedVersion),
    noteFailedTry: (ids, error) => noteFailedTry(env.DB, ids, error),
    reportConflicts: async (conflicts) => {
      await recordConflicts(env.DB, conflicts);
      for (const { id } of conflicts) await raiseAlert(env, conflictAlert(id));
    },
    wake: (ids) => wake(env, ids),
  };
}

function dispatch(env: Env): DispatchDeps {
  const config = configOf(env);
  const { sender } = config.channels;
  const binding = findEmailBinding(env);
  const boundEmail = binding !== null && sender !== null ? { binding, sender } : null;
  return dispatchDeps({ db: env.DB, config, queue: env.NOTIFICATIONS, boundEmail });
}

function deadLetterDeps(env: Env): DeadLetterDeps {
  return {
    random: Math.random,
    erased: () => readErased(env.DB, Date.now()),
    admit: async (events, erasedVersion) => {
      await admitAndRead(env.DB, events, [], erasedVersion);
    },
    fail: async (ids) => {
      const { failed, alerts } = await failEvents(env.DB, ids, deadLetterAlert(ids), nowIso());
      if (alerts.length > 0) await wake(env, alerts);
      return failed;
    },
    push: (message) => env.EVENTS.send(message, { contentType: "text" }),
  };
}

function settingsOf(config: Config, env: Env): Settings {
  const { receipt, retention, notifyMaxAgeMs, silenceAlertMs } = config;
  return {
    secrets: config.secrets,
    channels: Object.fromEntries(
      Object.entries(dispatch(env).channels).map(([name, channel]) => [name, channel !== null]),
    ),
    problems: config.problems,
    versions: { receiver: version },
    limits: {
      body_max_bytes: BODY_MAX_BYTES,
      receipt_timeout_ms: receipt.timeoutMs,
      retention_days: retention.days,
      dedupe_days: retention.dedupeDays,
      ...(notifyMaxAgeMs === null ? {} : { notify_max_age_hours: notifyMaxAgeMs / 3_600_000 }),
      ...(silenceAlertMs === null ? {} : { silence_alert_hours: silenceAlertMs / 3_600_000 }),
    },
  };
}

/** The Worker runs before its static files do, and without them where it is embedded. */
function assetsOf(env: Partial<Env>): AdminApiDeps["assets"] {
  const { ASSETS } = env;
  if (ASSETS === undefined) return null;
  return (path) => ASSETS.fetch(new URL(path, "https://assets.local"));
}

function privacyDeps(env: Env): AdminApiDeps["privacy"] {
  const archive = findArchive(env);
  const { defaults } = configOf(env);
  const deps = { db: env.DB, archive, defaults, now: clock };
  return {
    erase: async (contacts, dryRun) =>
      dryRun
        ? { dry_run: true, ...(await countHeld(env.DB, contacts)) }
        : await erase(deps, contacts),
    loadErasure: (id) => loadErasure(env.DB, id),
    exportPerson: async (contacts, cursor) => {
      const place = parsePlace(cursor);
      return place === null ? null : await exportPerson(deps, contacts, place);
    },
    listArchive:
      archive === null
        ? null
        : async (after, limit) => {
            const { objects, next } = await listObjects(archive, after, limit);
            return { objects, next_cursor: next };
          },
    restore: archive === null ? null : (request) => restore({ ...deps, archive }, request),
  };
}

function adminDeps(c: Context<{ Bindings: Env }>): AdminApiDeps {
  const { env } = c;
  return {
    db: env.DB,
    admin: configOf(env).admin,
    settings: settingsOf(configOf(env), env),
    defaults: configOf(env).defaults,
    now: clock,
    assets: assetsOf(env),
    privacy: privacyDeps(env),
    sendAgain: async (id) => {
      const isDue = await sendAgain(env.DB, id, nowIso());
      if (isDue) await wake(env, [id]);
      return isDue;
    },
    replay: (filter, limit) =>
      replayEvents(
        {
          list: (wanted, most) => listReplayable(env.DB, wanted, most),
          requeue: (ids) => requeue(env.DB, ids, nowIso()),
          push: (messages) => sendTexts(env.EVENTS, messages),
        },
        filter,
        limit,
      ),
  };
}

/** Nothing of the console and the admin API exists while nobody could sign in. */
const whereConfigured =
  (serve: Serve<Env>) =>
  (c: Context<{ Bindings: Env }>): Response | Promise<Response> =>
    isConfigured(configOf(c.env).admin)
      ? serve(c.req.raw, c.env, c.executionCtx)
      : c.json({ error: "Not found" }, 404);

// The routers of people and scripts are their own: a webhook is not held against some forty paths.
const app = new Hono<{ Bindings: Env }>({ strict: false });
app.get("/health", (c) => c.json({ status: "ok" }));
app.route("/", receiverRoutes(receiverDeps));
app.all("/api/admin/*", whereConfigured(adminApi(adminDeps)));
app.all("/console/*", whereConfigured(consolePages(adminDeps)));
app.notFound((c) => c.json({ error: "Not found" }, 404));
app.onError((error, c) => {
  log.error("unexpected", { path: c.req.path, error: errorText(error) });
  return c.json({ error: "Something went wrong; send it again" }, 503, { "Retry-After": "30" });
});

const worker = {
  fetch: app.fetch,

  /** A suffix after the names below, as in `ce-events-staging`, does not matter. */
  async queue(batch, env): Promise<void> {
    const dead = /-dlq(-|$)/.test(batch.queue);
    if (batch.queue.startsWith("ce-notifications")) {
      if (dead) handleNotificationDeadLetters(batch);
      else await handleNotificationBatch(batch, dispatch(env));
      return;
    }
    if (dead) await buryEvents(batch.messages, deadLetterDeps(env));
    else await consumeEvents(batch.messages, consumerDeps(env));
  },

  async scheduled(_controller, env): Promise<void> {
    await sweep({
      markStanding: () => {
        const now = nowIso();
        return markStanding(env.DB, now, addMs(now, -PUSH_AFTER_MS), SWEEP_STRETCH_ROWS);
      },
      count: async () => {
        const waitSince = addMs(nowIso(), -COUNT_WAITS_MS);
        return await countStretch(env.DB, nowIso(), waitSince);
      },
      beat: () => recordSweep(env.DB, Date.now()),
      listWaiting: (limit) => listWaiting(env.DB, nowIso(), limit),
      push: (messages) => sendTexts(env.EVENTS, messages),
      deferPush: (ids) => deferPush(env.DB, ids, nowIso()),
      renew: () => renew({ db: env.DB, now: clock }),
      reread: () => reread({ db: env.DB, now: clock, defaults: configOf(env).defaults }),
      dispatch: async () => {
        await dispatchDue(dispatch(env));
      },
      audit: async () => {
        const [first, ...rest] = await auditSlice(env.DB, AUDIT_EVENTS);
        if (first !== undefined) await raiseAlert(env, auditAlert([first, ...rest]));
      },
      watch: async () => {
        await refusals.get(env.DB)?.flush();
        const { receipt, silenceAlertMs } = configOf(env);
        const arrivals = await loadArrivals(env.DB, nowIso());
        // A receiver that is retired is meant to hear nothing.
        const silenceMs = receipt.retired ? null : silenceAlertMs;
        for (const alert of alertsAbout(arrivals, nowIso(), silenceMs))
          await raiseAlert(env, alert);
      },
      rebuild: async () => {
        await continueRebuild(env.DB, nowIso(), configOf(env).defaults);
      },
      erase: () => {
        const { defaults } = configOf(env);
        return continueErasures({ db: env.DB, archive: findArchive(env), defaults, now: clock });
      },
      purge: async () => {
        const { retention } = configOf(env);
        await purgeWhenDue({ db: env.DB, archive: findArchive(env), ...retention, now: clock });
      },
    });
  },
} satisfies ExportedHandler<Env>;

/** The same, with a data point about each run where a data set is bound. */
export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) => {
    // Whatever is asked for: what was counted before must not wait for the next refusal.
    refusals.get(env.DB)?.writeDue((work) => context.waitUntil(work));
    return measured(
      env,
      request.url.includes("/webhooks/ce") ? "receipt" : "console",
      1,
      () => worker.fetch(request, env, context),
      ({ status }) => String(status),
    );
  },
  queue: (batch: MessageBatch, env: Env) =>
    measured(env, batch.queue, batch.messages.length, () => worker.queue(batch, env)),
  scheduled: (controller: ScheduledController, env: Env) =>
    measured(env, "sweep", 1, () => worker.scheduled(controller, env)),
} satisfies ExportedHandler<Env>;

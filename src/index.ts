/**
 * The Worker: `fetch` receives, `queue` applies and notifies, `scheduled` sweeps. Wiring only: each edge creates
 * what it needs from bindings and configuration (its deps.ts), and gets the functions of other edges as
 * parameters.
 */
// The order is that of the bundle: what is alike stands close together, which is 3.5 KiB less of it, gzipped, than by name.
import { isConfigured } from "./console/auth/sign-in";
import { Hono } from "hono/tiny";
import { type Config, expectedOf, loadConfig } from "./config";
import { unsubscribeDeps } from "./unsubscribe/deps";
import { receiverRoutes } from "./receiver/route";
import { measured } from "./data-points";
import type { Context } from "hono";
import { errorText, log } from "./log";
import { unsubscribeRoutes } from "./unsubscribe/route";
import { outboxRules } from "./notifications/templates";
import { importPieces } from "./consumer/imports";
import { consumerDeps, deadLetterDeps } from "./consumer/deps";
import { consumeDeadLetters } from "./consumer/dead-letters";
import { sweepDeps, upkeepActions } from "./upkeep/deps";
import { sweep } from "./upkeep/sweep";
import { routePath } from "hono/route";
import { conflictAlert } from "./store/outbox/alerts";
import { adminDeps, type Serve } from "./console/deps";
import { channelSetups, dispatchDeps, samplesFor } from "./notifications/deps";
import { handleNotificationBatch, handleNotificationDeadLetters } from "./notifications/consumer";
import { dispatchDue } from "./notifications/dispatch";
import { type Calls, callsThrough } from "./store/outbox/calls";
import { consolePages } from "./console/console";
import { adminApi } from "./console/api/admin-api";
import { withHeaders } from "./answer-headers";
import { checkDeepHealth } from "./console/set-up/deep-health";
import { consumeEvents } from "./consumer/consumer";
import { unusedChannels } from "./notifications/channels";
import { receiverDeps, refusalsOf } from "./receiver/deps";
import type { Piece } from "./events/imports/body-splitter";

function callsOf({ DB, NOTIFICATIONS }: Env): Calls {
  return callsThrough(DB, NOTIFICATIONS, () => new Date());
}

type HonoContext = Context<{ Bindings: Env }>;

const receiver = receiverRoutes((c: HonoContext) =>
  receiverDeps(c, loadConfig(c.env).receipt, (event) =>
    callsOf(c.env).raiseAlert(conflictAlert(event.id)),
  ),
);

function eventsDeps(env: Env, config: Config, calls: Calls) {
  const unused = unusedChannels(config.statedChannelSettings);
  return consumerDeps(env, config, unused, outboxRules, calls);
}

function consoleDeps({ env }: HonoContext) {
  const config = loadConfig(env);
  const calls = callsOf(env);
  const consumer = eventsDeps(env, config, calls);
  const actions = {
    ...upkeepActions(env, config, calls),
    importPieces: (pieces: readonly Piece[], isDryRun: boolean) =>
      importPieces(consumer, pieces, isDryRun),
  };
  const messages = { setups: channelSetups(env, config), samples: samplesFor(env, config) };
  return adminDeps(env, config, messages, calls, actions);
}

/** The console and the admin API exist only if somebody can sign in. */
const whereConfigured =
  (serve: Serve<Env>) =>
  (c: HonoContext): Response | Promise<Response> =>
    isConfigured(loadConfig(c.env).admin)
      ? serve(c.req.raw, c.env, c.executionCtx)
      : c.json({ error: "Not found" }, 404);

// Separate routers: a webhook need not be compared with about forty paths of the console and the admin API.
const app = new Hono<{ Bindings: Env }>({ strict: false });
app.get("/health", async (c) => {
  if (c.req.query("deep") === undefined) return c.json({ status: "ok" });
  const expected = expectedOf(loadConfig(c.env));
  const status = await checkDeepHealth({ db: c.env.DB, now: () => new Date(), expected });
  return c.json({ status }, status === "ok" ? 200 : 503, { "cache-control": "no-store" });
});
app.route("/", receiver);
app.all("/api/admin/*", whereConfigured(adminApi(consoleDeps)));
app.all("/console/*", whereConfigured(consolePages(consoleDeps)));
app.route(
  "/unsubscribe",
  unsubscribeRoutes(({ env }: HonoContext) => unsubscribeDeps(env.DB, loadConfig(env))),
);
app.notFound((c) => c.json({ error: "Not found" }, 404));
app.onError((error, c) => {
  log.error("unexpected", { route: routePath(c), error: errorText(error) });
  return c.json({ error: "Something went wrong; send it again" }, 503, { "Retry-After": "30" });
});

/** Environments may add a suffix to the names, as in `ce-events-staging`. */
async function consume(batch: MessageBatch, env: Env, context: ExecutionContext): Promise<void> {
  const config = loadConfig(env);
  const isDead = /-dlq(-|$)/.test(batch.queue);
  if (batch.queue.startsWith("ce-notifications")) {
    if (isDead) handleNotificationDeadLetters(batch);
    else {
      const later = (work: Promise<unknown>): void => context.waitUntil(work);
      await handleNotificationBatch(batch, dispatchDeps(env, config), later);
    }
    return;
  }
  if (isDead) await consumeDeadLetters(batch.messages, deadLetterDeps(env, config, callsOf(env)));
  else await consumeEvents(batch.messages, eventsDeps(env, config, callsOf(env)));
}

async function runCron(env: Env): Promise<void> {
  const config = loadConfig(env);
  const others = {
    dispatch: () => dispatchDue(dispatchDeps(env, config)),
    channelSetups: channelSetups(env, config),
    flushRefusals: () => refusalsOf(env.DB).flush(),
  };
  await sweep(sweepDeps(env, config, callsOf(env), others));
}

/** Each run writes a data point, if a data set is bound. */
export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) => {
    // On every request: counted refusals must not wait for the next refusal.
    refusalsOf(env.DB).writeDue((work) => context.waitUntil(work));
    const kind = request.url.includes("/webhooks/ce") ? "receipt" : "console";
    const work = async () => withHeaders(await app.fetch(request, env, context));
    return measured(env, kind, 1, work, ({ status }) => String(status));
  },
  queue: (batch: MessageBatch, env: Env, context: ExecutionContext) =>
    measured(env, batch.queue, batch.messages.length, () => consume(batch, env, context)),
  scheduled: (_controller: ScheduledController, env: Env) =>
    measured(env, "sweep", 1, () => runCron(env)),
} satisfies ExportedHandler<Env>;

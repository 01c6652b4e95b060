/**
 * The console: pages for people, under /console. Server-rendered; forms are accepted from this origin only. Script
 * updates times and lists live; every page works without it.
 */
import type { Context } from "hono";
import { routePath } from "hono/route";
import { Hono } from "hono/tiny";
// As in src/index.ts, the order is that of the bundle: 1 KiB less of it, gzipped, than by name.
import { assetNames } from "./asset-names";
import { findChannel } from "../notifications/channels";
import { pathTo, withNotice, withQuery } from "./links";
import { endpointActions, endpointPages } from "./pages/endpoints/routes";
import { unsent } from "./pages/messages/unsent-page";
import { events, freshEvents } from "./pages/events/events-page";
import { messages } from "./pages/messages/messages-page";
import { nameOfShop } from "./shop/settings";
import { message, preview } from "./pages/messages/message-page";
import { messagingActions, messagingPages } from "./pages/messaging/routes";
import { event, eventBody } from "./pages/events/event-page";
import { isTooFarAhead } from "../store/outbox/quiet-until";
import { errorText, log } from "../log";
import { note, noteQuietUntil, saveNoted, setWho } from "./activity/note";
import { order } from "./pages/orders/order-page";
import { search } from "./search/search-page";
import type { ReplayFilter } from "../store/inbox/waiting";
import { overview } from "./pages/overview/overview-page";
import { refused } from "./pages/events/refused-page";
import { settings } from "./pages/settings-page";
import { PlainPage } from "./pages/sign-in-page";
import { REPLAY_MAX, UNSENT_MAX, unsentQuery } from "./api/shapes";
import { noteReplay, replayRecorded } from "./replay";
import { setPolicy, show } from "./pages/page";
import { erasePerson, exportPerson, people } from "./people/people-page";
import { explainFailure } from "./set-up/failure-words";
import { troubled } from "./pages/events/troubled-page";
import { activity } from "./activity/activity-page";
import type { AdminApiDeps, Serve } from "./deps";
import { orders } from "./pages/orders/orders-page";
import { replay, resend } from "./pages/events/replay-page";
import { isSameOriginAction, whoIs } from "./auth/sign-in";
import { ordersFile } from "./orders/orders-csv";
import { redirectToSignIn, signIn, signInForm, signOut } from "./auth/sign-in-routes";
import {
  chosenIn,
  decoded,
  fieldOf,
  formOf,
  setFrame,
  timeIn,
  type PageContext,
} from "./page-context";

const assetFiles: ReadonlySet<string> = new Set(Object.values(assetNames));

/** Files whose names change with their content: cached for a year. */
async function asset(c: Context, deps: AdminApiDeps): Promise<Response> {
  const name = c.req.param("name") ?? "";
  const found = assetFiles.has(name) ? await deps.assets?.(`/console/${name}`) : undefined;
  if (found === undefined || !found.ok) return c.notFound();
  const headers = new Headers(found.headers);
  headers.set("cache-control", "public, max-age=31536000, immutable");
  return new Response(found.body, { headers });
}

/** Replays the chosen events (URL-encoded ids), or all events with a status. */
async function replayEvents({ c, deps }: PageContext): Promise<Response> {
  const form = await formOf(c);
  const chosen = await chosenIn(c, "event");
  const status = form["status"];
  const filter: ReplayFilter =
    status === "failed" || status === "quarantined"
      ? { status }
      : { ids: chosen.slice(0, REPLAY_MAX) };
  if (filter.ids?.length === 0) return c.redirect("/console/troubled?notice=none", 303);
  const { ids, replay: number } = await replayRecorded(deps, filter, REPLAY_MAX);
  if (number === null) return c.redirect("/console/troubled?notice=gone", 303);
  noteReplay(c, ids, number);
  const [only] = ids;
  const path = ids.length === 1 && only !== undefined ? pathTo("events", only) : null;
  const to = path === null ? `/console/replays/${String(number)}` : withNotice(path, "replayed");
  return c.redirect(to, 303);
}

async function resendMessage({ c, deps }: PageContext): Promise<Response> {
  const id = decoded(await fieldOf(c, "message"));
  const isDue = await deps.resendMessage(id);
  const path = pathTo("messages", id) ?? "/console/messages";
  if (isDue) note(c, "resent", { about: id });
  return c.redirect(isDue ? withNotice(path, "sending") : path, 303);
}

/** Makes the unsent messages due that match the filter of the page. */
async function sendUnsent({ c, deps }: PageContext): Promise<Response> {
  const filter = unsentQuery.safeParse(await formOf(c));
  if (!filter.success) return c.redirect("/console/unsent", 303);
  const { count, resend } = await deps.sendUnsent(filter.data, UNSENT_MAX);
  if (resend === null) return c.redirect(withQuery("/console/unsent", filter.data), 303);
  note(c, "unsent_sent", { about: filter.data.reason, times: count });
  return c.redirect(`/console/resends/${String(resend)}`, 303);
}

async function forgetChannel({ c, deps }: PageContext): Promise<Response> {
  const channel = await fieldOf(c, "channel");
  if (findChannel(channel) !== null) {
    await deps.forgetChannel(channel);
    note(c, "channel_forgotten", { about: channel });
  }
  return c.redirect("/console/settings", 303);
}

/** A blank time means now; a time without a zone is in the zone of the page. */
async function setQuietUntil({ c, deps }: PageContext): Promise<Response> {
  const page = "/console/settings";
  const given = (await fieldOf(c, "until")).trim();
  const now = deps.now();
  const until = given === "" ? now.toISOString() : timeIn(c, given);
  if (until === null || isTooFarAhead(until, now)) {
    return c.redirect(withQuery(page, { quiet: until === null ? "malformed" : "ahead" }), 303);
  }
  await deps.setQuietUntil(until);
  noteQuietUntil(c, until);
  return c.redirect(`${page}#quiet-until`, 303);
}

async function takeBackQuietUntil({ c, deps }: PageContext): Promise<Response> {
  await deps.setQuietUntil(null);
  noteQuietUntil(c, null);
  return c.redirect("/console/settings#quiet-until", 303);
}

type Answer = (context: PageContext) => Promise<Response>;

export const pages: Readonly<Record<string, Answer>> = {
  "/": overview,
  "/events": events,
  "/events/new": freshEvents,
  "/events/:id": event,
  "/events/:id/body": eventBody,
  "/orders": orders,
  "/orders.csv": ordersFile,
  "/orders/:number": order,
  "/troubled": troubled,
  "/refused": refused,
  "/replays/:id": replay,
  "/resends/:id": resend,
  "/messages": messages,
  "/unsent": unsent,
  "/messages/:id": message,
  "/messages/:id/preview": preview,
  ...endpointPages,
  ...messagingPages,
  "/search": search,
  "/people": people,
  "/activity": activity,
  "/settings": settings,
};

export const actions: Readonly<Record<string, Answer>> = {
  "/replay": replayEvents,
  "/send-again": resendMessage,
  "/unsent": sendUnsent,
  "/forget-channel": forgetChannel,
  "/quiet-until": setQuietUntil,
  "/quiet-until/take-back": takeBackQuietUntil,
  ...endpointActions,
  ...messagingActions,
  "/people/export": exportPerson,
  "/people/erase": erasePerson,
  "/sign-out": signOut,
};

const notThere: Answer = async ({ c, who }) => {
  const text = "The console has no such page.";
  return show(c, <PlainPage title="Not found" text={text} who={who} />, 404);
};

/** Sets what every page of the request shows. */
function frame(c: Context, { settings, defaults, now }: AdminApiDeps, shop: string): void {
  const { environment } = settings;
  setFrame(c, { shop, environment, zone: defaults.timeZone, now: now() });
}

export function consolePages<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => AdminApiDeps,
): Serve<E> {
  const app = new Hono<{ Bindings: E }>({ strict: false }).basePath("/console");
  const depsIn = (c: Context<{ Bindings: E }>): AdminApiDeps => {
    const deps = depsOf(c);
    frame(c, deps, deps.shop.shop.name);
    return deps;
  };
  const signedIn =
    (answer: Answer) =>
    async (c: Context<{ Bindings: E }>): Promise<Response> => {
      const deps = depsIn(c);
      const who = await whoIs(c, deps);
      if (who === null) return redirectToSignIn(c);
      setWho(c, who);
      frame(c, deps, await nameOfShop(deps.shop));
      const given = await answer({ c, deps, who });
      await saveNoted(c, deps);
      return given;
    };
  app.use("*", async (c, next) => {
    setPolicy(c);
    return isSameOriginAction(c) ? await next() : c.text("Forbidden", 403);
  });
  app.get("/assets/:name", (c) => asset(c, depsOf(c)));
  app.get("/sign-in", (c) => signInForm(c, depsIn(c)));
  app.post("/sign-in", (c) => signIn(c, depsIn(c)));
  for (const [path, page] of Object.entries(pages)) app.get(path, signedIn(page));
  for (const [path, action] of Object.entries(actions)) app.post(path, signedIn(action));
  app.all("*", signedIn(notThere));
  app.onError(async (error, c) => {
    log.error("console", { route: routePath(c), error: errorText(error) });
    const text =
      (await explainFailure(depsOf(c), error)) ??
      "Something went wrong, most likely in the database. Nothing was lost; try again.";
    return show(c, <PlainPage title="Not now" text={text} who={null} />, 503);
  });
  return app.fetch;
}

/**
 * The console: sign in, see how the inbox is and what needs attention, replay it. Server-rendered,
 * without script; forms are taken from this origin only.
 */
import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { listTroubled, loadHealth } from "../store/inspection";
import type { AdminApiDeps } from "./admin-api";
import { OverviewPage, SignInPage } from "./pages";
import { endSession, isToken, maySeePages, startSession } from "./sign-in";

const TROUBLED_MAX = 50;
const SIGN_IN = "/console/sign-in";

/** A page under a strict policy: no script at all, one style sheet. */
async function show(c: Context, render: (nonce: string) => Child): Promise<Response> {
  const nonce = crypto.randomUUID();
  c.header(
    "content-security-policy",
    `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "same-origin");
  c.header("x-content-type-options", "nosniff");
  return await c.html(html`<!doctype html>${render(nonce)}`);
}

async function text(c: Context, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  return typeof value === "string" ? value : "";
}

export function consolePages<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => AdminApiDeps,
): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>({ strict: false });
  app.use("*", csrf());

  app.get("/sign-in", (c) =>
    show(c, (nonce) => <SignInPage nonce={nonce} wrong={c.req.query("wrong") === "1"} />),
  );
  app.post("/sign-in", async (c) => {
    const { admin, now } = depsOf(c);
    const given = await text(c, "token");
    if (admin.token === null || !(await isToken(given, admin.token))) {
      return c.redirect(`${SIGN_IN}?wrong=1`, 303);
    }
    await startSession(c, admin.token, now().getTime());
    return c.redirect("/console", 303);
  });

  app.use("*", async (c, next) => {
    const { admin, now } = depsOf(c);
    if (!(await maySeePages(c, admin, now().getTime()))) return c.redirect(SIGN_IN, 303);
    await next();
    return undefined;
  });
  app.post("/sign-out", (c) => {
    endSession(c);
    return c.redirect(SIGN_IN, 303);
  });
  app.get("/", async (c) => {
    const { db } = depsOf(c);
    const [health, troubled] = [await loadHealth(db), await listTroubled(db, TROUBLED_MAX)];
    const asked = c.req.query("replayed");
    const replayed = asked === undefined ? null : Number(asked);
    return await show(c, (nonce) => (
      <OverviewPage nonce={nonce} health={health} troubled={troubled} replayed={replayed} />
    ));
  });
  app.post("/replay", async (c) => {
    const replayed = await depsOf(c).replay({ ids: [await text(c, "id")] }, 1);
    return c.redirect(`/console?replayed=${String(replayed.length)}`, 303);
  });
  app.all("*", (c) => c.redirect("/console", 303));
  return app;
}

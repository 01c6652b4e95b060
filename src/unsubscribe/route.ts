/**
 * GET and POST /unsubscribe/<token>. GET shows a page with a button and changes nothing, since mail programs open links
 * on their own. POST unsubscribes: from the button, or from a mail program (RFC 8058), whose body is not read. Every
 * token gets the same answer, valid or not, so that the answer reveals nothing.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { errorText, log } from "../log";
import { readLinkToken } from "../link-token";
import { removeOptOut, saveOptOut } from "../store/shop/opt-outs";
import { presentationOf, type UnsubscribeDeps } from "./deps";
import { type PageState, renderPage } from "./page";

const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex",
};

async function answer(c: Context, state: PageState, deps: UnsubscribeDeps): Promise<Response> {
  const accepted = c.req.header("accept-language") ?? "";
  const page = renderPage({ state, ...(await presentationOf(deps, accepted)) });
  const isFailed = state === "failed";
  return new Response(page, {
    status: isFailed ? 503 : 200,
    headers: isFailed ? { ...headers, "retry-after": "300" } : headers,
  });
}

/** Handles a POST: `?again` removes the opt-out, `?by=page` is the button. */
async function act(c: Context, deps: UnsubscribeDeps): Promise<PageState> {
  const { db, linkSecret, now } = deps;
  if (linkSecret === null) {
    log.error("not_unsubscribed", { error: "LINK_SECRET is not set" });
    return "failed";
  }
  const isAgain = c.req.query("again") !== undefined;
  try {
    const recipientHash = await readLinkToken(linkSecret, c.req.param("token") ?? "");
    if (recipientHash !== null) {
      const source = c.req.query("by") === "page" ? "page" : "one-click";
      if (isAgain) await removeOptOut(db, recipientHash);
      else await saveOptOut(db, { recipientHash, at: now().toISOString(), source });
    }
  } catch (error) {
    log.error("not_unsubscribed", { error: errorText(error) });
    return "failed";
  }
  return isAgain ? "resumed" : "stopped";
}

/** `depsOf`: the dependencies of a request. */
export function unsubscribeRoutes<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => UnsubscribeDeps,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.get("/:token", (c) => answer(c, "asked", depsOf(c)));
  routes.post("/:token", async (c) => {
    const deps = depsOf(c);
    return await answer(c, await act(c, deps), deps);
  });
  routes.all("/:token", (c) => {
    c.header("allow", "GET, POST");
    return c.json({ error: "Method not allowed" }, 405);
  });
  return routes;
}

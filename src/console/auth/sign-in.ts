/**
 * Who may see the console and use the admin API: whoever has `ADMIN_TOKEN`, as a bearer token or in
 * a signed cookie that the sign-in form sets, or whom Cloudflare Access has let through.
 */
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { Config } from "../../config";
import { sha256 } from "../../digest";
import { verifyAccess } from "./access";
import { type Attempt, tryToken } from "./attempts";

export type AdminConfig = Config["admin"];

export interface SignInDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly now: () => Date;
}

const COOKIE = "ce_webhooks_session";
const SESSION_SECONDS = 12 * 3600;

/** False: nothing of the console exists. */
export function isConfigured({ token, access }: AdminConfig): boolean {
  return token !== null || access !== null;
}

/** Compares digests, so that neither length nor content can be timed. */
async function isToken(given: string, expected: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await sha256(given), await sha256(expected));
}

/** Whom Access has let through; null where it has not, or is not set up. */
export async function throughAccess(
  c: Context,
  { admin, now }: SignInDeps,
): Promise<string | null> {
  const jwt = c.req.raw.headers.get("cf-access-jwt-assertion");
  if (admin.access === null || jwt === null) return null;
  return await verifyAccess(jwt, admin.access, {
    fetch: (url, init) => fetch(url, init),
    nowMs: () => now().getTime(),
  });
}

/** A token that somebody gave, held against ADMIN_TOKEN. */
export async function attempt(c: Context, deps: SignInDeps, given: string): Promise<Attempt> {
  const { token } = deps.admin;
  if (token === null) return { kind: "wrong" };
  const attempts = { db: deps.db, nowMs: deps.now().getTime(), token };
  return await tryToken(c, attempts, () => isToken(given, token));
}

/** Whether a page of this origin made the request; null where nothing says so: only browsers do. */
function isFromHere(c: Context): boolean | null {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  return origin === undefined ? null : origin === new URL(c.req.url).origin;
}

function isSafe(c: Context): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

/** A browser brings its cookies, whichever page has made it ask: forms are taken from here alone. */
export function isSameOriginAction(c: Context): boolean {
  return isSafe(c) || isFromHere(c) === true;
}

export type ApiAccess = Attempt | { readonly kind: "from elsewhere" };

/** For the admin API: a bearer token, or Access. */
export async function admit(c: Context, deps: SignInDeps): Promise<ApiAccess> {
  const header = c.req.raw.headers.get("authorization") ?? "";
  const given = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (given !== undefined && deps.admin.token !== null) {
    const tried = await attempt(c, deps, given);
    if (tried.kind !== "wrong") return tried;
  }
  if ((await throughAccess(c, deps)) === null) return { kind: "wrong" };
  // Access lets a browser through by its cookie, and a script without one.
  const isElsewhere = !isSafe(c) && isFromHere(c) === false;
  return isElsewhere ? { kind: "from elsewhere" } : { kind: "right" };
}

/** For pages: who has signed in, or came through Access; null where nobody has. */
export async function whoIs(c: Context, deps: SignInDeps): Promise<string | null> {
  const { token } = deps.admin;
  if (token !== null) {
    const until = await getSignedCookie(c, token, COOKIE);
    if (Number(until) > deps.now().getTime()) return "Admin token";
  }
  return await throughAccess(c, deps);
}

/** The cookie is signed with the token: another token ends every session. */
export async function startSession(c: Context, token: string, nowMs: number): Promise<void> {
  const until = String(nowMs + SESSION_SECONDS * 1000);
  await setSignedCookie(c, COOKIE, until, token, {
    httpOnly: true,
    sameSite: "Strict",
    // Browsers take such a cookie from a loopback address without TLS, too.
    secure: true,
    path: "/console",
    maxAge: SESSION_SECONDS,
  });
}

export function endSession(c: Context): void {
  deleteCookie(c, COOKIE, { path: "/console", secure: true });
}

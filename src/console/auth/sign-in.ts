/**
 * Decides who may use the console and the admin API: a person or script with `ADMIN_TOKEN`, as a bearer token or in the
 * signed cookie that the sign-in form sets, or a verified token of Cloudflare Access.
 */
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { Config } from "../../config";
import { sha256 } from "../../digest";
import { SESSION } from "../../limits";
import { deleteSession, loadSession, markSeen, saveSession } from "../../store/sessions";
import { verifyAccess } from "./access";
import { type Attempt, type Limiter, tryToken } from "./attempts";

export type AdminConfig = Config["admin"];

export interface SignInDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly limiter: Limiter | null;
  readonly now: () => Date;
}

const COOKIE = "ce_webhooks_session";

/** False: the console does not exist. */
export function isConfigured({ token, access }: AdminConfig): boolean {
  return token !== null || access !== null;
}

/** Compares digests in constant time, so that timing shows neither length nor content. */
async function isToken(given: string, expected: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await sha256(given), await sha256(expected));
}

/** The person that the token of Access names; null if there is no valid token, or if Access is not set up. */
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

/** Compares a token with ADMIN_TOKEN. */
export async function attempt(c: Context, deps: SignInDeps, given: string): Promise<Attempt> {
  const { token } = deps.admin;
  if (token === null) return { kind: "wrong" };
  const attempts = { limiter: deps.limiter, nowMs: deps.now().getTime(), token };
  return await tryToken(c, attempts, given, () => isToken(given, token));
}

/** Whether a page of this origin made the request; null if unknown, because only browsers say so. */
function isFromHere(c: Context): boolean | null {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  return origin === undefined ? null : origin === new URL(c.req.url).origin;
}

function isSafe(c: Context): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

/** A browser sends its cookies with requests of any page, so forms are accepted from this origin only. */
export function isSameOriginAction(c: Context): boolean {
  return isSafe(c) || isFromHere(c) === true;
}

export type ApiAccess =
  | Exclude<Attempt, { readonly kind: "right" }>
  | { readonly kind: "right"; readonly who: string }
  | { readonly kind: "from elsewhere" };

/** The name of a person who signed in with the token, which names no person. */
export const ADMIN_TOKEN = "Admin token";

/** The name of a script that uses the admin token. */
const SCRIPT = "admin API";

/** For the admin API: a bearer token, or Access. */
export async function admit(c: Context, deps: SignInDeps): Promise<ApiAccess> {
  const header = c.req.raw.headers.get("authorization") ?? "";
  const given = /^Bearer +(\S.*)$/i.exec(header)?.[1];
  if (given !== undefined && deps.admin.token !== null) {
    const tried = await attempt(c, deps, given);
    if (tried.kind === "right") return { ...tried, who: SCRIPT };
    if (tried.kind === "too many") return tried;
  }
  const who = await throughAccess(c, deps);
  if (who === null) return { kind: "wrong" };
  // Access identifies a browser by its cookie, which a page of another site can make it send. Scripts send no such
  // cookie.
  const isElsewhere = !isSafe(c) && isFromHere(c) === false;
  return isElsewhere ? { kind: "from elsewhere" } : { kind: "right", who };
}

/** The session in the cookie, if this Worker has signed it and it has not expired. */
async function sessionIn(c: Context, { admin, now }: SignInDeps): Promise<string | null> {
  if (admin.token === null) return null;
  const value = await getSignedCookie(c, admin.token, COOKIE);
  if (typeof value !== "string") return null;
  const [until = "", id = ""] = value.split(".");
  return Number(until) > now().getTime() && id !== "" ? id : null;
}

/** True for a part of a page that refreshes itself: no person asked for it, so it keeps no session alive. */
function isByItself(c: Context): boolean {
  return c.req.header("hx-request") !== undefined;
}

/** Whether the person has signed in, has not signed out, and was active within the last hour. */
async function isSignedIn(c: Context, deps: SignInDeps): Promise<boolean> {
  const id = await sessionIn(c, deps);
  if (id === null) return false;
  const session = await loadSession(deps.db, id);
  const nowMs = deps.now().getTime();
  if (session === null || session.endsAtMs <= nowMs) return false;
  const idleMs = nowMs - session.seenAtMs;
  if (idleMs >= SESSION.idleMs) return false;
  if (idleMs >= SESSION.seenEveryMs && !isByItself(c)) await markSeen(deps.db, id, nowMs);
  return true;
}

/** For pages: the signed-in person, by the form or by Access; null if there is none. */
export async function whoIs(c: Context, deps: SignInDeps): Promise<string | null> {
  return (await isSignedIn(c, deps)) ? ADMIN_TOKEN : await throughAccess(c, deps);
}

/** The cookie is signed with the token: a new token ends every session. */
export async function startSession(c: Context, deps: SignInDeps, token: string): Promise<void> {
  const nowMs = deps.now().getTime();
  const endsAtMs = nowMs + SESSION.maxAgeMs;
  const id = crypto.randomUUID();
  await saveSession(deps.db, id, { endsAtMs, seenAtMs: nowMs });
  await setSignedCookie(c, COOKIE, `${String(endsAtMs)}.${id}`, token, {
    httpOnly: true,
    sameSite: "Strict",
    // Browsers also accept such a cookie from a loopback address without TLS.
    secure: true,
    path: "/console",
    maxAge: SESSION.maxAgeMs / 1_000,
  });
}

/** On the server first: a copy of the cookie must not work afterwards. */
export async function endSession(c: Context, deps: SignInDeps): Promise<void> {
  const id = await sessionIn(c, deps);
  if (id !== null) await deleteSession(deps.db, id);
  deleteCookie(c, COOKIE, { path: "/console", secure: true });
}

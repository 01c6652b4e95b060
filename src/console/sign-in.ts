/**
 * Who may see the console and use the admin API: whoever has `ADMIN_TOKEN`, as a bearer token or in
 * a signed cookie that the sign-in form sets, or whom Cloudflare Access has let through.
 */
import type { Context } from "hono";
import { getSignedCookie, setSignedCookie, deleteCookie } from "hono/cookie";
import { verifyWithJwks } from "hono/jwt";
import type { Config } from "../config";
import { errorText, log } from "../log";

export type AdminConfig = Config["admin"];

const COOKIE = "ce_webhooks_session";
const SESSION_SECONDS = 12 * 3600;

/** False: nothing of the console exists. */
export function isConfigured({ token, access }: AdminConfig): boolean {
  return token !== null || access !== null;
}

/** Compares digests, so that neither length nor content can be timed. */
export async function isToken(given: string, expected: string): Promise<boolean> {
  const encoder = new TextEncoder();
  const [a, b] = await Promise.all(
    [given, expected].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}

/** Cloudflare Access signs a token for each request that it lets through. */
async function isAccessToken(
  jwt: string,
  access: NonNullable<AdminConfig["access"]>,
): Promise<boolean> {
  const issuer = `https://${access.teamDomain}`;
  try {
    await verifyWithJwks(jwt, {
      jwks_uri: `${issuer}/cdn-cgi/access/certs`,
      allowedAlgorithms: ["RS256"],
      verification: { iss: issuer, aud: access.audience, exp: true, nbf: true },
    });
    return true;
  } catch (error) {
    log.warn("access_token_refused", { error: errorText(error) });
    return false;
  }
}

async function hasAccess(c: Context, admin: AdminConfig): Promise<boolean> {
  const jwt = c.req.raw.headers.get("cf-access-jwt-assertion");
  return admin.access !== null && jwt !== null && (await isAccessToken(jwt, admin.access));
}

/** For the admin API: a bearer token, or Access. */
export async function mayUseApi(c: Context, admin: AdminConfig): Promise<boolean> {
  const header = c.req.raw.headers.get("authorization") ?? "";
  const given = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (admin.token !== null && given !== undefined && (await isToken(given, admin.token))) {
    return true;
  }
  return await hasAccess(c, admin);
}

/** For pages: the cookie of a sign-in, or Access. `nowMs` is milliseconds since 1970. */
export async function maySeePages(c: Context, admin: AdminConfig, nowMs: number): Promise<boolean> {
  if (admin.token !== null) {
    const until = await getSignedCookie(c, admin.token, COOKIE);
    if (typeof until === "string" && Number(until) > nowMs) return true;
  }
  return await hasAccess(c, admin);
}

/** The cookie is signed with the token: another token ends every session. */
export async function startSession(c: Context, token: string, nowMs: number): Promise<void> {
  await setSignedCookie(c, COOKIE, String(nowMs + SESSION_SECONDS * 1000), token, {
    httpOnly: true,
    sameSite: "Strict",
    secure: new URL(c.req.url).protocol === "https:",
    path: "/console",
    maxAge: SESSION_SECONDS,
  });
}

export function endSession(c: Context): void {
  deleteCookie(c, COOKIE, { path: "/console" });
}

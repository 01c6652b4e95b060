/**
 * Cloudflare Access: the token that it signs for each request that it lets through. Verified here
 * against the keys that the team publishes: signature, issuer, audience, expiry, not-before. RS256 is
 * what Access signs with, and all that is taken.
 */
import { isObject, type JsonObject, textOf } from "../events/values";
import { errorText, log } from "../log";

export interface AccessConfig {
  readonly teamDomain: string;
  readonly audience: string;
}

export interface AccessDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowMs: () => number;
}

/** By key id. */
type Keys = ReadonlyMap<string, CryptoKey>;

/** Access rotates its keys every six weeks and publishes the next one before it signs with it. */
const KEYS_KEPT_MS = 3_600_000;
/** A token under a key that is not known asks for the keys anew, but no more often than this. */
const KEYS_ASKED_MS = 60_000;
/** After keys could not be had they are left alone for so long: not every junk token is to ask. */
const KEYS_FAILED_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;

const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** By issuer, for the life of this isolate. */
const known = new Map<string, { readonly keys: Keys; readonly atMs: number }>();
/** When keys could not be had, by issuer. */
const failedAtMs = new Map<string, number>();

/** Null for a key of another kind than Access signs with: it must not cost the others. */
async function importKey({ kid, kty, n, e }: JsonObject): Promise<[string, CryptoKey] | null> {
  if (kty !== "RSA") return null;
  try {
    const jwk = { kty, n: String(n), e: String(e) };
    return [String(kid), await crypto.subtle.importKey("jwk", jwk, rs256, false, ["verify"])];
  } catch (error) {
    log.warn("access_key_skipped", { error: errorText(error) });
    return null;
  }
}

async function fetchKeys(issuer: string, { fetch }: AccessDeps): Promise<Keys> {
  const signal = AbortSignal.timeout(KEYS_TIMEOUT_MS);
  const response = await fetch(`${issuer}/cdn-cgi/access/certs`, { signal });
  const body: unknown = response.ok ? await response.json() : null;
  const listed = isObject(body) ? body["keys"] : null;
  if (!Array.isArray(listed)) throw new Error(`no keys: ${String(response.status)}`);
  const keys = await Promise.all(listed.filter(isObject).map(importKey));
  return new Map(keys.filter((key) => key !== null));
}

/** The team's keys; old ones where new ones cannot be had. */
async function keysOf(issuer: string, kid: string, deps: AccessDeps): Promise<Keys> {
  const held = known.get(issuer);
  const ageMs = held === undefined ? Infinity : deps.nowMs() - held.atMs;
  const isKnown = held?.keys.has(kid) === true;
  if (held !== undefined && ageMs < (isKnown ? KEYS_KEPT_MS : KEYS_ASKED_MS)) return held.keys;
  if (deps.nowMs() - (failedAtMs.get(issuer) ?? -Infinity) < KEYS_FAILED_MS) {
    if (held === undefined) throw new Error("no keys: they could not be had a moment ago");
    return held.keys;
  }
  try {
    const keys = await fetchKeys(issuer, deps);
    known.set(issuer, { keys, atMs: deps.nowMs() });
    return keys;
  } catch (error) {
    failedAtMs.set(issuer, deps.nowMs());
    if (held === undefined) throw error;
    log.warn("access_keys_not_refreshed", { error: errorText(error) });
    return held.keys;
  }
}

/** Throws on what is no base64url. */
function bytesOf(part: string): Uint8Array {
  return Uint8Array.fromBase64(part, { alphabet: "base64url" });
}

function objectOf(part: string): JsonObject {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytesOf(part)));
  return isObject(parsed) ? parsed : {};
}

/** What is wrong with the claims; null where nothing is. `now` is seconds since 1970. */
function claimProblem(claims: JsonObject, { audience }: AccessConfig, issuer: string, now: number) {
  const { iss, aud, exp, nbf } = claims;
  if (iss !== issuer) return "another issuer";
  if (!(Array.isArray(aud) ? aud : [aud]).includes(audience)) return "another audience";
  // A token that names no expiry would be good for ever.
  if (typeof exp !== "number" || exp <= now) return "expired";
  return nbf !== undefined && (typeof nbf !== "number" || nbf > now) ? "not yet valid" : null;
}

async function problemOf(
  jwt: string,
  config: AccessConfig,
  deps: AccessDeps,
): Promise<{ readonly problem: string | null; readonly claims: JsonObject }> {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  const { alg, kid, crit } = objectOf(header);
  const claims = objectOf(payload);
  if (alg !== "RS256" || typeof kid !== "string" || crit !== undefined || more.length > 0) {
    return { problem: "no token of Access", claims };
  }
  const issuer = `https://${config.teamDomain}`;
  const key = (await keysOf(issuer, kid, deps)).get(kid);
  if (key === undefined) return { problem: "another key", claims };
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  const isSigned = await crypto.subtle.verify(rs256, key, bytesOf(signature), signed);
  if (!isSigned) return { problem: "another signature", claims };
  const nowS = Math.floor(deps.nowMs() / 1_000);
  return { problem: claimProblem(claims, config, issuer, nowS), claims };
}

/** Whom Access has let through: an address, or `Access` for a service; null where it has not. */
export async function verifyAccess(
  jwt: string,
  config: AccessConfig,
  deps: AccessDeps,
): Promise<string | null> {
  try {
    const { problem, claims } = await problemOf(jwt, config, deps);
    if (problem === null) return textOf(claims["email"]) ?? "Access";
    log.warn("access_token_refused", { error: problem });
  } catch (error) {
    log.warn("access_token_refused", { error: errorText(error) });
  }
  return null;
}

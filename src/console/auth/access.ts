/**
 * Cloudflare Access: verifies the token that Access signs for each request, with the public keys of the team.
 * Access signs with RS256; no other algorithm is accepted.
 */
import { decode, verifyWithJwks } from "hono/jwt";
import { isObject, type JsonObject, textOf } from "../../events/values";
import { ACCESS_KEYS } from "../../limits";
import { errorText, log } from "../../log";

export interface AccessConfig {
  readonly teamDomain: string;
  readonly audience: string;
}

export interface AccessDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowMs: () => number;
}

type KeySet = NonNullable<Parameters<typeof verifyWithJwks>[1]["keys"]>;

/** The keys of a team, as this isolate knows them. */
interface KnownKeys {
  readonly keys: KeySet | null;
  readonly fetchedAtMs: number;
  /** When they were last requested, successfully or not. */
  readonly askedAtMs: number;
}

const none: KnownKeys = { keys: null, fetchedAtMs: -Infinity, askedAtMs: -Infinity };

/** By issuer, for the lifetime of this isolate. */
const known = new Map<string, KnownKeys>();

async function fetchKeys(issuer: string, { fetch }: AccessDeps): Promise<KeySet> {
  const signal = AbortSignal.timeout(ACCESS_KEYS.timeoutMs);
  const response = await fetch(`${issuer}/cdn-cgi/access/certs`, { signal });
  if (!response.ok) throw new Error(`no keys: ${String(response.status)}`);
  const answer = await response.json();
  if (!isObject(answer) || !isKeySet(answer["keys"])) throw new Error("no keys: not a key set");
  return answer["keys"];
}

function isKeySet(keys: unknown): keys is KeySet {
  return (
    Array.isArray(keys) && keys.every((key) => isObject(key) && typeof key["kid"] === "string")
  );
}

/** New keys, or the known ones if new ones cannot be fetched. */
async function refreshKeys(issuer: string, held: KnownKeys, deps: AccessDeps): Promise<KnownKeys> {
  const askedAtMs = deps.nowMs();
  try {
    return { keys: await fetchKeys(issuer, deps), fetchedAtMs: askedAtMs, askedAtMs };
  } catch (error) {
    log.warn("access_keys_not_refreshed", { error: errorText(error) });
    return { ...held, askedAtMs };
  }
}

/** `isUnknown`: the token names a key that is not known. */
async function loadKeys(issuer: string, isUnknown: boolean, deps: AccessDeps): Promise<KeySet> {
  const nowMs = deps.nowMs();
  let held = known.get(issuer) ?? none;
  const isFresh = nowMs - held.fetchedAtMs < ACCESS_KEYS.freshMs && !isUnknown;
  if (!isFresh && nowMs - held.askedAtMs >= ACCESS_KEYS.askAgainMs) {
    // Set before the answer arrives: other requests then use the known keys and do not fetch too.
    const isUsable = nowMs - held.fetchedAtMs <= ACCESS_KEYS.maxAgeMs;
    if (isUsable) known.set(issuer, { ...held, askedAtMs: nowMs });
    held = await refreshKeys(issuer, held, deps);
    known.set(issuer, held);
  }
  if (held.keys === null) throw new Error("no keys");
  if (nowMs - held.fetchedAtMs > ACCESS_KEYS.maxAgeMs) throw new Error("keys too old");
  return held.keys;
}

/** A token without an expiry would never become invalid. Times in a token are seconds since 1970. */
function isInTime({ exp, nbf }: JsonObject, nowMs: number): boolean {
  const isBegun = nbf === undefined || (typeof nbf === "number" && nbf * 1_000 <= nowMs);
  return isBegun && typeof exp === "number" && exp * 1_000 > nowMs;
}

/** The keys of the team, requested again if they do not include the key that the token names. */
async function keysFor(jwt: string, issuer: string, deps: AccessDeps): Promise<KeySet> {
  const header: object = decode(jwt).header;
  const name: unknown = Reflect.get(header, "kid");
  const keys = await loadKeys(issuer, false, deps);
  return keys.some(({ kid }) => kid === name) ? keys : await loadKeys(issuer, true, deps);
}

async function verify(jwt: string, config: AccessConfig, deps: AccessDeps): Promise<JsonObject> {
  const issuer = `https://${config.teamDomain}`;
  const claims: JsonObject = await verifyWithJwks(jwt, {
    keys: await keysFor(jwt, issuer, deps),
    allowedAlgorithms: ["RS256"],
    // The times are checked by the clock that is passed in.
    verification: { iss: issuer, aud: config.audience, exp: false, nbf: false, iat: false },
  });
  if (!isInTime(claims, deps.nowMs())) throw new Error("expired, or not valid yet");
  return claims;
}

/**
 * The person or program that Access has admitted: an e-mail address, the client id of a service token, or `Access` if
 * the token states neither; null if the token is invalid.
 */
export async function verifyAccess(
  jwt: string,
  config: AccessConfig,
  deps: AccessDeps,
): Promise<string | null> {
  try {
    const claims = await verify(jwt, config, deps);
    return textOf(claims["email"]) ?? textOf(claims["common_name"]) ?? "Access";
  } catch (error) {
    log.warn("access_token_refused", { error: errorText(error) });
    return null;
  }
}

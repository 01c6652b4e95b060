/**
 * Cloudflare Access: the token that it signs for each request that it lets through, verified against the
 * keys that the team publishes. RS256 is what Access signs with, and all that is taken.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { textOf } from "../../events/values";
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

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The keys of a team, as this isolate knows them. */
interface KnownKeys {
  readonly keys: KeySet | null;
  readonly fetchedAtMs: number;
  /** When they were asked for last, in vain or not. */
  readonly askedAtMs: number;
}

const none: KnownKeys = { keys: null, fetchedAtMs: -Infinity, askedAtMs: -Infinity };

/** By issuer, for the life of this isolate. */
const known = new Map<string, KnownKeys>();

async function fetchKeys(issuer: string, { fetch }: AccessDeps): Promise<KeySet> {
  const signal = AbortSignal.timeout(ACCESS_KEYS.timeoutMs);
  const response = await fetch(`${issuer}/cdn-cgi/access/certs`, { signal });
  if (!response.ok) throw new Error(`no keys: ${String(response.status)}`);
  return createLocalJWKSet(await response.json<JSONWebKeySet>());
}

/** New keys, or those that are known where new ones cannot be had. */
async function refreshKeys(issuer: string, held: KnownKeys, deps: AccessDeps): Promise<KnownKeys> {
  const askedAtMs = deps.nowMs();
  try {
    return { keys: await fetchKeys(issuer, deps), fetchedAtMs: askedAtMs, askedAtMs };
  } catch (error) {
    log.warn("access_keys_not_refreshed", { error: errorText(error) });
    return { ...held, askedAtMs };
  }
}

/** `isUnknown`: the token names a key that is not among those that are known. */
async function loadKeys(issuer: string, isUnknown: boolean, deps: AccessDeps): Promise<KeySet> {
  const nowMs = deps.nowMs();
  let held = known.get(issuer) ?? none;
  const isFresh = nowMs - held.fetchedAtMs < ACCESS_KEYS.freshMs && !isUnknown;
  if (!isFresh && nowMs - held.askedAtMs >= ACCESS_KEYS.askAgainMs) {
    // Before the answer comes: requests of the meantime go by the known keys, and do not ask as well.
    const isUsable = nowMs - held.fetchedAtMs <= ACCESS_KEYS.maxAgeMs;
    if (isUsable) known.set(issuer, { ...held, askedAtMs: nowMs });
    held = await refreshKeys(issuer, held, deps);
    known.set(issuer, held);
  }
  if (held.keys === null) throw new Error("no keys");
  if (nowMs - held.fetchedAtMs > ACCESS_KEYS.maxAgeMs) throw new Error("keys too old");
  return held.keys;
}

async function verify(
  jwt: string,
  config: AccessConfig,
  isUnknown: boolean,
  deps: AccessDeps,
): Promise<JWTPayload> {
  const issuer = `https://${config.teamDomain}`;
  const { payload } = await jwtVerify(jwt, await loadKeys(issuer, isUnknown, deps), {
    algorithms: ["RS256"],
    issuer,
    audience: config.audience,
    // A token that names no expiry would be good for ever.
    requiredClaims: ["exp"],
    currentDate: new Date(deps.nowMs()),
  });
  return payload;
}

/** Whom Access has let through: an address, or `Access` for a service; null where it has not. */
export async function verifyAccess(
  jwt: string,
  config: AccessConfig,
  deps: AccessDeps,
): Promise<string | null> {
  try {
    const claims = await verify(jwt, config, false, deps).catch(async (error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return await verify(jwt, config, true, deps);
      throw error;
    });
    return textOf(claims["email"]) ?? "Access";
  } catch (error) {
    log.warn("access_token_refused", { error: errorText(error) });
    return null;
  }
}

/**
 * Cloudflare Access: verifies the token that Access signs for each request, with the public keys of the team.
 * Access signs with RS256; no other algorithm is accepted.
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
  return createLocalJWKSet(await response.json<JSONWebKeySet>());
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
    // A token without an expiry would be valid for ever.
    requiredClaims: ["exp"],
    currentDate: new Date(deps.nowMs()),
  });
  return payload;
}

/** Whom Access has let through: an e-mail address, or `Access` for a service; null if the token is invalid. */
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

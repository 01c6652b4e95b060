/**
 * Limits how many different tokens may be tried, by form or as a bearer token: a few from one network, more from
 * all networks together. A token is counted before it is compared, so that simultaneous attempts count. It is
 * counted once, so that a script that repeats an old token, or the right one, uses up nothing. After too many
 * attempts, a network must wait, even with the right token, unless that token was compared before.
 *
 * Attempts are counted in this isolate, and by the platform's rate limit if SIGN_IN_LIMIT is bound. They are not
 * stored in D1, because every guess would cause a write.
 */
import type { Context } from "hono";
import { sha256 } from "../../digest";
import { SIGN_IN_BINDING_PERIOD_S, SIGN_IN_LIMITS, SIGN_IN_PERIOD_MS } from "../../limits";
import { errorText, log } from "../../log";

/** The part of the platform's `RateLimit` binding that is used. */
export interface Limiter {
  readonly limit: (options: { readonly key: string }) => Promise<{ readonly success: boolean }>;
}

export interface Attempts {
  /** Null if none is bound. */
  readonly limiter: Limiter | null;
  readonly nowMs: number;
  /** The key of the digest of a source. */
  readonly token: string;
}

/** `admitted`: this token was compared before. */
type Count = "new" | "admitted" | "too many";

/** Digests of the tokens that were tried in the current period, by source. */
export class TriedTokens {
  #period = 0;
  #all = 0;
  /** True: the token may be compared. */
  readonly #sources = new Map<string, Map<string, boolean>>();

  /** Counts a token, unless it is known. Check and count happen without an await in between. */
  count(source: string, digest: string, nowMs: number): Count {
    this.#forgetBefore(Math.floor(nowMs / SIGN_IN_PERIOD_MS));
    const tried = this.#sources.get(source) ?? new Map<string, boolean>();
    const isAdmitted = tried.get(digest);
    if (isAdmitted !== undefined) return isAdmitted ? "admitted" : "new";
    const { ofOne, ofAll } = SIGN_IN_LIMITS;
    if (tried.size >= ofOne || (tried.size > 0 && this.#all >= ofAll)) return "too many";
    tried.set(digest, false);
    this.#all += 1;
    this.#remember(source, tried);
    return "new";
  }

  admit(source: string, digest: string): void {
    this.#sources.get(source)?.set(digest, true);
  }

  #forgetBefore(period: number): void {
    if (period === this.#period) return;
    this.#period = period;
    this.#all = 0;
    this.#sources.clear();
  }

  /** Removes the oldest source if there are too many: memory is bounded. */
  #remember(source: string, tried: Map<string, boolean>): void {
    this.#sources.set(source, tried);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > SIGN_IN_LIMITS.sources && oldest !== undefined) {
      this.#sources.delete(oldest);
    }
  }
}

/** For the lifetime of this isolate. */
const tried = new TriedTokens();

/** A site has a /48 of IPv6, which contains 65,536 networks: its first three groups identify all of them. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [front = "", back] = address.split("::");
  const groups = front === "" ? [] : front.split(":");
  const after = back === undefined || back === "" ? [] : back.split(":");
  const zeros = Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...after];
  return all
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/** A digest: addresses are personal data, and the address itself is not needed. */
async function sourceOf(c: Context, token: string): Promise<string> {
  const network = networkOf(c.req.header("cf-connecting-ip") ?? "unknown");
  const digest = await sha256(`${token} ${network}`);
  return digest.slice(0, 12).toHex();
}

export type Attempt =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "too many"; readonly retryAfterS: number };

/** True also if the platform does not answer: this isolate counts too. */
async function isWithinLimit(limiter: Limiter | null, source: string): Promise<boolean> {
  if (limiter === null) return true;
  try {
    return (await limiter.limit({ key: source })).success;
  } catch (error) {
    log.warn("sign_in_limit", { error: errorText(error) });
    return true;
  }
}

/** Compares a token, unless too many were tried before it. */
export async function tryToken(
  c: Context,
  { limiter, nowMs, token }: Attempts,
  given: string,
  isRight: () => Promise<boolean>,
): Promise<Attempt> {
  const source = await sourceOf(c, token);
  const digest = (await sha256(given)).toHex();
  const count = tried.count(source, digest, nowMs);
  if (count === "too many") {
    const endsMs = (Math.floor(nowMs / SIGN_IN_PERIOD_MS) + 1) * SIGN_IN_PERIOD_MS;
    return { kind: "too many", retryAfterS: Math.ceil((endsMs - nowMs) / 1_000) };
  }
  if (count === "new" && !(await isWithinLimit(limiter, source))) {
    return { kind: "too many", retryAfterS: SIGN_IN_BINDING_PERIOD_S };
  }
  tried.admit(source, digest);
  return { kind: (await isRight()) ? "right" : "wrong" };
}

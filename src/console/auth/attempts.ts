/**
 * How often a wrong admin token may be tried, by form or as a bearer: a few times from one network,
 * some more from all of them together. Whoever has tried too often waits, with the right token too;
 * whoever has not tried a wrong one is not kept waiting by others.
 */
import type { Context } from "hono";
import { sha256 } from "../../digest";
import { SIGN_IN_LIMITS, SIGN_IN_PERIOD_MS } from "../../limits";
import { isLockedOut, recordFailure } from "../../store/sign-ins";

export interface Attempts {
  readonly db: D1Database;
  readonly nowMs: number;
  /** Keys the digest of where an attempt comes from. */
  readonly token: string;
}

/** An IPv6 network hands out addresses by the billion: its first half stands for all of them. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [front = "", back] = address.split("::");
  const groups = front === "" ? [] : front.split(":");
  const after = back === undefined || back === "" ? [] : back.split(":");
  const zeros = Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...after];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/** A digest: addresses are personal data, and which one it was need not be known. */
async function sourceOf(c: Context, token: string): Promise<string> {
  const network = networkOf(c.req.header("cf-connecting-ip") ?? "unknown");
  const digest = await sha256(`${token} ${network}`);
  return digest.slice(0, 12).toHex();
}

export type Attempt =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "too many"; readonly retryAfterS: number };

/** Compares what was given, unless too many wrong ones came before it. */
export async function tryToken(
  c: Context,
  { db, nowMs, token }: Attempts,
  isRight: () => Promise<boolean>,
): Promise<Attempt> {
  const period = Math.floor(nowMs / SIGN_IN_PERIOD_MS);
  const source = await sourceOf(c, token);
  if (await isLockedOut(db, period, source, SIGN_IN_LIMITS)) {
    const endsMs = (period + 1) * SIGN_IN_PERIOD_MS;
    return { kind: "too many", retryAfterS: Math.ceil((endsMs - nowMs) / 1_000) };
  }
  if (await isRight()) return { kind: "right" };
  await recordFailure(db, period, source);
  return { kind: "wrong" };
}

/** The answers to refused deliveries: one row per reason. */
import type { Context } from "hono";
import type { RefusalReason } from "../events/refusals";
import { BODY_MAX_BYTES } from "../limits";

interface Answer {
  readonly status: 400 | 401 | 408 | 413;
  readonly error: string;
}

/** One answer for all three: it must not say why a forgery failed. */
const unauthentic: Answer = { status: 401, error: "Invalid signature" };

const answers: Readonly<Record<RefusalReason, Answer>> = {
  "no signature": unauthentic,
  "malformed signature": unauthentic,
  "wrong signature": unauthentic,
  "too large": { status: 413, error: `The body is over ${String(BODY_MAX_BYTES)} bytes` },
  "cut off": { status: 408, error: "The body did not arrive whole in time" },
  empty: { status: 400, error: "The body is empty" },
  "not text": { status: 400, error: "The body is not UTF-8 text" },
};

export function answerRefusal(c: Context, reason: RefusalReason): Response {
  const { status, error } = answers[reason];
  return c.json({ error }, status);
}

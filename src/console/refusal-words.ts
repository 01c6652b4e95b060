/** Explains to people why deliveries are refused; the console and the command line use the same words. */
// The import has its file extension because Node reads this file directly for tools.
import type { RefusalReason } from "../events/refusals.ts";

interface Words {
  /** What the receiver saw. */
  readonly means: string;
  /** What to check or do. */
  readonly advice: string;
}

const words: Readonly<Record<RefusalReason, Words>> = {
  "wrong signature": {
    means: "Signed, but not with this receiver's secret.",
    advice: "Is CE_WEBHOOK_SECRET the secret in Commerce Engine's webhook settings?",
  },
  "malformed signature": {
    means: "x-webhook-signature is no HMAC-SHA256 in hex or base64.",
    advice: "Does something in between change the header?",
  },
  "no signature": {
    means: "Without x-webhook-signature.",
    advice:
      "If Commerce Engine sends them, give its webhook a secret. Calls from anybody else do no harm.",
  },
  "too large": {
    means: "The body is over 1 MiB. It is not stored.",
    advice: "Compare the latest orders with Commerce Engine: a change is missing here.",
  },
  empty: {
    means: "The signature is right, and the body is empty.",
    advice: "Does something in between drop bodies?",
  },
  "not text": {
    means: "The signature is right, and the body is not UTF-8 text.",
    advice: "Compare the latest orders with Commerce Engine: a change is missing here.",
  },
  "cut off": {
    means: "The body ended early, or took longer than ten seconds.",
    advice: "If it goes on, look at what stands between Commerce Engine and the Worker.",
  },
};

function isReason(text: string): text is RefusalReason {
  return Object.hasOwn(words, text);
}

/** A newer version may have counted reasons that this version does not know. */
export function wordsFor(reason: string): Words {
  return isReason(reason)
    ? words[reason]
    : { means: "This version does not know the reason.", advice: "See the runbook." };
}

/**
 * E-mail through Cloudflare's own binding, the second choice. It needs no other account, but accepts no idempotency
 * key, so a message with an unknown outcome is not retried.
 */
import type { Sender } from "../../../config";
import type { Connection, Outcome } from "../channel";
import { type EmailMessage, unsubscribeHeaders } from "./message";

/** The part of the `send_email` binding that is used; workers-types' `SendEmail` fits it. */
export interface EmailBinding {
  send(message: {
    from: string | { name: string; email: string };
    to: string;
    subject: string;
    html: string;
    text: string;
    replyTo?: string;
    headers?: Record<string, string>;
  }): Promise<{ messageId: string }>;
}

/** The binding takes name and address as separate fields. */
export function parseSender(from: string): string | { name: string; email: string } {
  const match = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(from);
  if (match === null) return from.trim();
  const [, name = "", email = ""] = match;
  const plain = name.replace(/^"(.*)"$/, "$1");
  return plain === "" ? email : { name: plain, email };
}

/** Temporary errors, with the pause in milliseconds; null: no special pause. */
const passing: ReadonlyMap<string, number | null> = new Map([
  ["E_RATE_LIMIT_EXCEEDED", 1_000],
  ["E_DAILY_LIMIT_EXCEEDED", 3_600_000],
  ["E_INTERNAL_SERVER_ERROR", null],
  ["E_DELIVERY_FAILED", null],
]);
const down = new Set(["E_SENDER_NOT_VERIFIED", "E_SENDER_DOMAIN_NOT_AVAILABLE"]);

/** Errors of the binding have a code. An error without one leaves the outcome unknown. */
function outcomeOfError(error: unknown): Outcome {
  const code: unknown =
    typeof error === "object" && error !== null ? Reflect.get(error, "code") : null;
  if (typeof code !== "string" || !code.startsWith("E_")) {
    return { kind: "unknown", error: "the e-mail binding gave no answer" };
  }
  const retryAfterMs = passing.get(code);
  if (retryAfterMs !== undefined) return { kind: "retry", error: code, retryAfterMs };
  if (down.has(code)) return { kind: "down", error: code };
  return { kind: "rejected", error: code };
}

export function cloudflareEmailChannel(
  binding: EmailBinding,
  sender: Sender,
): Connection<EmailMessage> {
  return {
    takesKey: false,
    gapMs: 0,
    send: async (message) => {
      try {
        const { messageId } = await binding.send({
          from: parseSender(sender.from),
          to: message.to,
          subject: message.subject,
          html: message.html,
          text: message.text,
          ...(sender.replyTo === null ? {} : { replyTo: sender.replyTo }),
          ...unsubscribeHeaders(message),
        });
        return { kind: "sent", providerMessageId: messageId };
      } catch (error) {
        return outcomeOfError(error);
      }
    },
  };
}

/** The optional binding `EMAIL`; null if it is not bound. */
export function findEmailBinding(env: object): EmailBinding | null {
  const binding: unknown = Reflect.get(env, "EMAIL");
  return isEmailBinding(binding) ? binding : null;
}

function isEmailBinding(value: unknown): value is EmailBinding {
  return typeof value === "object" && value !== null && "send" in value;
}

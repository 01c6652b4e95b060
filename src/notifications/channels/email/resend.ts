/**
 * E-mail through Resend: POST /emails, one recipient. Resend remembers an `Idempotency-Key` for 24 hours, so a message
 * with an unknown outcome is retried under the same key.
 */
import type { EmailConfig } from "../../../config";
import { RETRY_MAX_MS } from "../../../limits";
import { type ChannelDeps, type Connection, gapAt, type Outcome } from "../channel";
import { type Answer, refusalOf, outcomeOf, post, textField } from "../http";
import { headerKey } from "../key";
import { type EmailMessage, unsubscribeHeaders } from "./message";

/** The body of POST /emails; test/notifications compares it with the SDK's own type. */
export interface ResendRequest {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly reply_to?: string;
  readonly headers?: Record<string, string>;
  readonly tags: { readonly name: string; readonly value: string }[];
}

/** Resend accepts ASCII letters, digits, `_` and `-` in a tag. */
function tagValue(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 256);
}

export function resendRequest(message: EmailMessage, config: EmailConfig): ResendRequest {
  return {
    from: config.from,
    to: message.to,
    subject: message.subject,
    html: message.html,
    text: message.text,
    ...(config.replyTo === null ? {} : { reply_to: config.replyTo }),
    ...unsubscribeHeaders(message),
    tags: [{ name: "template", value: tagValue(message.template) }],
  };
}

/** Errors that hold for every message, although their status does not say so. */
const down: ReadonlySet<string | null> = new Set([
  "invalid_from_address",
  "daily_quota_exceeded",
  "monthly_quota_exceeded",
]);

/** 409: the first request under this key is still under way, or had another body. */
function outcomeOfResend(answer: Answer): Outcome {
  if (answer.kind === "answered" && answer.status >= 400) {
    const name = textField(answer.body, "name");
    const refusal = refusalOf(answer.status, answer.body);
    const { retryAfterMs } = answer;
    if (down.has(name)) {
      // A person may raise the quota before.
      const pauseMs = Math.min(retryAfterMs ?? 0, RETRY_MAX_MS);
      return { kind: "down", ...refusal, retryAfterMs: pauseMs };
    }
    if (answer.status === 409) {
      return name === "invalid_idempotent_request"
        ? { kind: "rejected", ...refusal }
        : { kind: "retry", ...refusal, retryAfterMs };
    }
  }
  return outcomeOf(answer, (body) => textField(body, "id"));
}

export function resendChannel(config: EmailConfig, deps: ChannelDeps): Connection<EmailMessage> {
  return {
    takesKey: true,
    // "2 requests per second per team" (resend.com/docs/api-reference/rate-limit).
    gapMs: gapAt(config.baseUrl, "api.resend.com", 500),
    send: async (message, key, signal) => {
      const idempotencyKey = await headerKey(key);
      const answer = await post(
        deps,
        () => ({
          url: `${config.baseUrl}/emails`,
          headers: {
            authorization: `Bearer ${config.apiKey}`,
            "content-type": "application/json",
            "idempotency-key": idempotencyKey,
          },
          body: JSON.stringify(resendRequest(message, config)),
        }),
        signal,
      );
      return outcomeOfResend(answer);
    },
  };
}

/**
 * A message as it is stored and sent: rendered once, the same bytes at every retry. What a provider
 * needs beside it (sender, credentials) is configuration and is read when it is sent.
 */
import * as z from "zod/mini";

export interface EmailMessage {
  readonly channel: "email";
  readonly template: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface SmsMessage {
  readonly channel: "sms";
  readonly to: string;
  readonly text: string;
}

/** A block of Slack's Block Kit; templates/slack.ts makes them, of the types of `@slack/types`. */
type SlackBlock = Readonly<Record<string, unknown>> & { readonly type: string };

export interface TeamMessage {
  readonly channel: "team";
  /** Shown in the notification, and where blocks cannot be. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

export interface ForwardMessage {
  readonly channel: "forward";
  readonly eventId: string;
  /** JSON: type, timestamp, data. Not stored with the row: the stored event gives the same bytes. */
  readonly body: string;
}

export type Message = EmailMessage | SmsMessage | TeamMessage | ForwardMessage;

const stored = z.object({
  firstAttemptAt: z.string(),
  message: z.union([
    z.object({
      channel: z.literal("email"),
      template: z.string(),
      to: z.string(),
      subject: z.string(),
      html: z.string(),
      text: z.string(),
    }),
    z.object({ channel: z.literal("sms"), to: z.string(), text: z.string() }),
    z.object({
      channel: z.literal("team"),
      text: z.string(),
      blocks: z.array(z.looseObject({ type: z.string() })),
    }),
    z.object({ channel: z.literal("forward") }),
  ]),
});

/** The `rendered` column. Forward keeps only the time: its body may be a megabyte. */
export interface Rendered {
  /** ISO time; retries end RETRY_FOR_MS after it. */
  readonly firstAttemptAt: string;
  readonly message: Exclude<Message, ForwardMessage> | { readonly channel: "forward" };
}

export function storeRendered(message: Message, firstAttemptAt: string): string {
  const kept = message.channel === "forward" ? { channel: message.channel } : message;
  return JSON.stringify({ firstAttemptAt, message: kept } satisfies Rendered);
}

/** Null where it cannot be read: it is then rendered anew. */
export function parseRendered(text: string): Rendered | null {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

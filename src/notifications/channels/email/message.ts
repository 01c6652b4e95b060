/** An e-mail as it is stored and sent. */
import * as z from "zod/mini";

export const storedEmail = z.object({
  channel: z.literal("email"),
  template: z.string(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  /** For marketing: the link to unsubscribe. */
  unsubscribeUrl: z.optional(z.string()),
});

/** With these headers, a mail program unsubscribes with one click (RFC 8058). */
export function unsubscribeHeaders({ unsubscribeUrl }: EmailMessage): {
  readonly headers?: Record<string, string>;
} {
  if (unsubscribeUrl === undefined) return {};
  return {
    headers: {
      "List-Unsubscribe": `<${unsubscribeUrl}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}

export type EmailMessage = Readonly<z.infer<typeof storedEmail>>;

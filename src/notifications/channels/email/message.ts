/** An e-mail as it is stored and sent. */
import * as z from "zod/mini";

export interface EmailMessage {
  readonly channel: "email";
  readonly template: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export const storedEmail = z.object({
  channel: z.literal("email"),
  template: z.string(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
});

/** An e-mail as it is stored and sent. */
import * as z from "zod/mini";

export const storedEmail = z.object({
  channel: z.literal("email"),
  template: z.string(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
});

export type EmailMessage = Readonly<z.infer<typeof storedEmail>>;

/** A text message as it is stored and sent. */
import * as z from "zod/mini";

export const storedSms = z.object({ channel: z.literal("sms"), to: z.string(), text: z.string() });

export type SmsMessage = Readonly<z.infer<typeof storedSms>>;

/** A text message as it is stored and sent. */
import * as z from "zod/mini";

export interface SmsMessage {
  readonly channel: "sms";
  readonly to: string;
  readonly text: string;
}

export const storedSms = z.object({ channel: z.literal("sms"), to: z.string(), text: z.string() });

/** A WhatsApp message as it is stored and sent: an approved content template and its variables. */
import * as z from "zod/mini";
import type { WhatsAppConfig } from "../../../config";
import { twilioSender, type TwilioSender } from "../twilio";

export const storedWhatsApp = z.object({
  channel: z.literal("whatsapp"),
  to: z.string(),
  contentSid: z.string(),
  /** By position in the content template. */
  variables: z.record(z.string(), z.string()),
});

export type WhatsAppMessage = Readonly<z.infer<typeof storedWhatsApp>>;

/** The form; test/notifications compares its names with the SDK's own type. */
export type WhatsAppRequest = {
  readonly To: string;
  readonly ContentSid: string;
  readonly ContentVariables: string;
} & TwilioSender;

export function whatsAppRequest(
  { to, contentSid, variables }: WhatsAppMessage,
  { from }: WhatsAppConfig,
): WhatsAppRequest {
  const sender = twilioSender(from);
  return {
    To: `whatsapp:${to}`,
    ContentSid: contentSid,
    ContentVariables: JSON.stringify(variables),
    ...("From" in sender ? { From: `whatsapp:${sender.From}` } : sender),
  };
}

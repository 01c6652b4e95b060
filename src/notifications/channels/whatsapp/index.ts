/** WhatsApp to customers, through Twilio: the same messages as SMS, as content templates that WhatsApp has approved. */
import type { ChannelDefinition } from "../channel";
import { phoneRecipient } from "../phone";
import { twilioConnection } from "../twilio";
import { type WhatsAppContent, whatsAppContent } from "./content";
import { storedWhatsApp, type WhatsAppMessage, whatsAppRequest } from "./message";

export const whatsapp: ChannelDefinition<WhatsAppContent, WhatsAppMessage> = {
  label: "WhatsApp",
  audience: "customer",
  needs: [["TWILIO_ACCOUNT_SID"], ["TWILIO_AUTH_TOKEN"], ["WHATSAPP_FROM"]],
  meantBy: ["WHATSAPP_FROM"],
  recipient: phoneRecipient,
  takesKey: false,
  isOptional: true,
  keepsQuietHours: true,
  beside: { channel: "sms", layOut: whatsAppContent },
  whyUnsent: ({ contentSid }) => (contentSid === null ? "no approved template" : null),
  compose: ({ contentSid, variables }, { recipient }) => {
    if (contentSid === null) throw new Error("no approved template");
    return { channel: "whatsapp", to: recipient, contentSid, variables: { ...variables } };
  },
  stored: storedWhatsApp,
  show: ({ contentSid, variables }) => ({
    text: Object.entries(variables)
      .map(([position, value]) => `{{${position}}} ${value}`)
      .join("\n"),
    source: { title: "The content template, and its variables", value: { contentSid, variables } },
  }),
  connect: ({ whatsapp: settings }, deps) =>
    settings === null
      ? null
      : twilioConnection(settings, deps, (message) => ({ ...whatsAppRequest(message, settings) })),
};

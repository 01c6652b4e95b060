/** E-mail to customers: through Resend, else through Cloudflare's own binding. */
import { parseAddress } from "../../../events/field-formats/address";
import { oneLine } from "../../formatting/safe-text";
import { emailContacts } from "../../../projection/patches/contacts";
import type { ChannelDefinition } from "../channel";
import { cloudflareEmailChannel } from "./cloudflare";
import type { EmailContent } from "./content";
import { frameOf } from "./frame";
import { renderHtml } from "./layout";
import { type EmailMessage, storedEmail } from "./message";
import { renderText } from "./plain-text";
import { resendChannel } from "./resend";

export const email: ChannelDefinition<EmailContent, EmailMessage> = {
  label: "E-mail",
  audience: "customer",
  needs: [["EMAIL_FROM"], ["RESEND_API_KEY", "EMAIL"]],
  recipient: {
    of: (order) => order.customer_email,
    parse: parseAddress,
    missing: "no e-mail address known",
    identify: emailContacts,
  },
  takesKey: true,
  compose: (content, { template, recipient, shop, texts, unsubscribeUrl }) => {
    const frame = frameOf(shop, texts, unsubscribeUrl);
    return {
      channel: "email",
      template,
      to: recipient,
      subject: oneLine(content.subject, 200),
      html: renderHtml({ content, frame }),
      text: renderText(content, frame),
      ...(unsubscribeUrl === null ? {} : { unsubscribeUrl }),
    };
  },
  stored: storedEmail,
  show: ({ subject, html, text }) => ({ subject, html, text }),
  connect: (settings, deps, bound) => {
    if (settings.email !== null) return resendChannel(settings.email, deps);
    return bound === null ? null : cloudflareEmailChannel(bound.binding, bound.sender);
  },
};

/**
 * The content of a WhatsApp message. Its words are those of a content template that WhatsApp has approved; the
 * variables are the same for every message about one kind of thing. docs/notifications.md lists them.
 */
import type { Shop } from "../../shop";
import { settingOf, WHATSAPP_CONTENT } from "../../shop/settings";
import type { LayoutInput } from "../../templates/template";
import { DEFAULT_LANGUAGE, type LanguageCode } from "../../texts";
import { trackingLink } from "../../templates/shipment/tracking";
import { money } from "../../../money";
import { lookUp, oneLine, outsideLine } from "../../formatting/safe-text";

export interface WhatsAppContent {
  /** Null if no content template is set for it. */
  readonly contentSid: string | null;
  readonly variables: Readonly<Record<string, string>>;
}

/** Twilio refuses an empty variable (error 21656). */
const UNKNOWN = "-";

/** In the language of the message, else in English. */
function contentSidOf(shop: Shop, text: string, language: LanguageCode): string | null {
  const find = (code: string): string | null =>
    lookUp(shop.ofTexts, settingOf(WHATSAPP_CONTENT, text, code)) ?? null;
  return find(language) ?? find(DEFAULT_LANGUAGE);
}

/** `{{1}}` shop, `{{2}}` order; then courier, number and link of a parcel, or the amount of a payment. */
function valuesOf({ facts, shop }: LayoutInput): readonly (string | null | undefined)[] {
  const { order, orderNumber, payment, shipment } = facts;
  const first = [oneLine(shop.name, 60), outsideLine(order?.order_number ?? orderNumber ?? "", 60)];
  if (shipment !== null) {
    const courier = outsideLine(shipment.courier ?? "", 40);
    const number = outsideLine(shipment.awb_no ?? "", 60);
    return [...first, courier, number, trackingLink(shipment, shop.trackingUrls)];
  }
  const micros = payment?.amount_micros ?? null;
  return [...first, micros === null ? null : money(micros, order?.currency ?? shop.currency)];
}

/** `text`: the template, and the status if it has several texts (templates/index.ts). */
export function whatsAppContent(input: LayoutInput, text: string): WhatsAppContent {
  const variables = valuesOf(input).map(
    (value, index) =>
      [
        String(index + 1),
        value === null || value === undefined || value === "" ? UNKNOWN : value,
      ] as const,
  );
  return {
    contentSid: contentSidOf(input.shop, text, input.texts.language),
    variables: Object.fromEntries(variables),
  };
}

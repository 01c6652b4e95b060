/** Every preview rendered, for tools/preview-mail.ts, which bundles this file. */
import { channels, type Message } from "../../src/notifications/channels";
import type { Shown } from "../../src/notifications/channels/channel";
import { renderMessage } from "../../src/notifications/render";
import { type SmsSegments, smsSegments } from "../../src/notifications/channels/sms/alphabets";
import { type LanguageCode, languageCodes } from "../../src/notifications/texts";
import { noEdits, type TextEdits } from "../../src/notifications/texts/say";
import { templates } from "../../src/notifications/templates";
import { previews, type Preview } from "./fixtures";

export interface RenderedPreview {
  /** With the language as suffix if it is not the default: `order-confirmed.hi`. */
  readonly name: string;
  readonly channel: string;
  readonly shown: Shown;
  /** The segments of an SMS. */
  readonly segments: SmsSegments | null;
}

const recipients: Readonly<Record<string, string>> = {
  sms: "+919812345678",
  whatsapp: "+919812345678",
};

export function renderPreview(preview: Preview, edits: TextEdits = noEdits): Message {
  const { template, channel, context, facts, shop } = preview;
  const row = { template, channel, subject_id: null, event_id: "evt-1" };
  const isMarketing = templates[template].isMarketing === true;
  const unsubscribeUrl = isMarketing ? "https://hooks.shop.example/unsubscribe/token" : null;
  const making = { shop, edits, unsubscribeUrl };
  return renderMessage(row, context, facts, recipients[channel] ?? "asha@example.com", making);
}

/** The same message for a customer who reads `language`. */
export function inLanguage(preview: Preview, language: LanguageCode): Preview {
  return { ...preview, shop: { ...preview.shop, locale: language } };
}

/** Messages to customers in every language, all others in English. */
export function renderPreviews(): readonly RenderedPreview[] {
  return languageCodes.flatMap((language) =>
    previews
      .filter(({ channel }) => language === "en" || channels[channel].audience === "customer")
      .map((preview) => {
        const { name, channel } = preview;
        const shown = channels[channel].show(renderPreview(inLanguage(preview, language)));
        return {
          name: language === "en" ? name : `${name}.${language}`,
          channel,
          shown,
          segments: channel === "sms" ? smsSegments(shown.text) : null,
        };
      }),
  );
}

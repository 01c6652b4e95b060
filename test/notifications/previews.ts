/** Every preview rendered, for tools/preview-mail.ts, which bundles this file. */
import { channels, type Message } from "../../src/notifications/channels";
import type { Shown } from "../../src/notifications/channels/channel";
import { renderMessage } from "../../src/notifications/render";
import { noEdits, type TextEdits } from "../../src/notifications/texts/say";
import { previews, type Preview } from "./fixtures";

export interface RenderedPreview {
  readonly name: string;
  readonly channel: string;
  readonly shown: Shown;
}

const recipients: Readonly<Record<string, string>> = { sms: "+919812345678" };

export function renderPreview(preview: Preview, edits: TextEdits = noEdits): Message {
  const { template, channel, context, facts, shop } = preview;
  const row = { template, channel, subject_id: null, event_id: "evt-1" };
  return renderMessage(row, context, facts, recipients[channel] ?? "asha@example.com", shop, edits);
}

export function renderPreviews(): readonly RenderedPreview[] {
  return previews.map((preview) => {
    const { name, channel } = preview;
    return { name, channel, shown: channels[channel].show(renderPreview(preview)) };
  });
}

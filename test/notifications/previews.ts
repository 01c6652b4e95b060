/** Every fixture rendered, for tools/preview-mail.ts, which bundles this file. */
import type { Message } from "../../src/notifications/channels";
import { renderMessage } from "../../src/notifications/render";
import { previews, type Preview } from "./fixtures";

export interface RenderedPreview {
  readonly name: string;
  readonly message: Message;
}

export function renderPreview(preview: Preview): Message {
  const { template, channel, context, facts, shop } = preview;
  const recipient = channel === "sms" ? "+919812345678" : "asha@example.com";
  const row = { template, channel, subject_id: null, event_id: null };
  return renderMessage(row, context, facts, channel === "team" ? null : recipient, shop);
}

export function renderPreviews(): readonly RenderedPreview[] {
  return previews.map((preview) => ({ name: preview.name, message: renderPreview(preview) }));
}

/** A claimed row and its facts in, the message out: pure, and the only door into this folder. */
import type { OutboxContext } from "../../projection/templates";
import type { DueRow } from "../../store/outbox";
import type { Facts } from "../../store/outbox-facts";
import { forwardBody } from "../forward-body";
import type { Message } from "../message";
import type { Shop } from "../shop";
import { emailContent } from "./emails";
import { renderHtml } from "./layout";
import { renderText } from "./plain-text";
import { oneLine } from "./safe-text";
import { teamMessage } from "./slack";
import { smsText } from "./texts";
import { footer } from "./words";

type Row = Pick<DueRow, "template" | "channel" | "subject_id" | "event_id">;

function messageOf(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  recipient: string | null,
  shop: Shop,
): Message | null {
  const { template } = row;
  switch (row.channel) {
    case "email": {
      const content = emailContent(template, context, facts, shop);
      if (content === null || recipient === null) return null;
      const store = oneLine(shop.name, 60);
      const end = footer(store, shop.takesReplies);
      return {
        channel: "email",
        template,
        to: recipient,
        subject: oneLine(content.subject, 200),
        html: renderHtml(content, store, end),
        text: renderText(content, store, end),
      };
    }
    case "sms": {
      const text = smsText(template, context, facts, shop);
      return text === null || recipient === null ? null : { channel: "sms", to: recipient, text };
    }
    case "team":
      return teamMessage(template, row.subject_id, context, facts, shop);
    case "forward": {
      const { event } = facts;
      if (event === null || event.payload === null || row.event_id === null) return null;
      return { channel: "forward", eventId: row.event_id, body: forwardBody(event, event.payload) };
    }
  }
}

/** Throws where there is nothing to say: a row whose template and channel do not go together. */
export function renderMessage(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  recipient: string | null,
  shop: Shop,
): Message {
  const message = messageOf(row, context, facts, recipient, shop);
  if (message === null) throw new Error(`no ${row.channel} message for ${row.template}`);
  return message;
}

/**
 * A row and its facts in, the message out: the template lays out the content, and the channel makes the message. Pure.
 */
import type { OutboxContext } from "../projection/outbox-row";
import type { DueRow } from "../store/outbox/outbox";
import { channels, type Message } from "./channels";
import type { Shop } from "./shop";
import { findTemplate, layOut, readContext } from "./templates";
import type { Facts } from "./templates/facts";
import { DEFAULT_LANGUAGE, languageOf } from "./texts";
import { createTexts, noEdits, type TextEdits, type Texts } from "./texts/say";

type Row = Pick<DueRow, "template" | "channel" | "subject_id" | "event_id">;

/** The other data that a message is made with. */
export interface Making {
  readonly shop: Shop;
  /** The texts that people have edited. */
  readonly edits: TextEdits;
  /** The link to unsubscribe, if it is marketing; null: there is no link. */
  readonly unsubscribeUrl: string | null;
}

/** Messages to customers are in the language of their order, those to the team in English. */
function textsOf(row: Row, facts: Facts, { shop, edits }: Omit<Making, "unsubscribeUrl">): Texts {
  const isToCustomer = findTemplate(row.template)?.audience === "customer";
  const stated = facts.order?.metadata ?? null;
  return createTexts(isToCustomer ? languageOf(stated, shop.locale) : DEFAULT_LANGUAGE, edits);
}

function contentOf(row: Row, context: OutboxContext, facts: Facts, shop: Shop, texts: Texts) {
  const template = findTemplate(row.template);
  const { subject_id: subjectId, event_id: eventId } = row;
  const read = template === null ? null : readContext(template, context);
  const input = { facts, shop, texts, subjectId, eventId, context: read };
  const laidOut = layOut(row.template, row.channel, input);
  if (laidOut === null) throw new Error(`no ${row.channel} message for ${row.template}`);
  return laidOut.content;
}

/** Why its channel can never send the message; null if it can. */
export function whyUnsent(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): string | null {
  const channel = channels[row.channel];
  if (channel.whyUnsent === undefined) return null;
  const texts = textsOf(row, facts, { shop, edits: noEdits });
  return channel.whyUnsent(contentOf(row, context, facts, shop, texts));
}

/** Throws if the template has no message for the channel, or if the recipient is missing. */
export function renderMessage(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  recipient: string | null,
  making: Making,
): Message {
  const channel = channels[row.channel];
  if (channel.recipient !== null && recipient === null) throw new Error("nobody to write to");
  const { shop, unsubscribeUrl } = making;
  const texts = textsOf(row, facts, making);
  return channel.compose(contentOf(row, context, facts, shop, texts), {
    template: row.template,
    recipient: recipient ?? "",
    shop,
    texts,
    unsubscribeUrl,
  });
}

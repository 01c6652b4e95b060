/** A row and its facts in, the message out: what its template says, as its channel is given it. Pure. */
import type { OutboxContext } from "../projection/outbox-row";
import type { DueRow } from "../store/outbox/outbox";
import { channels, type Message } from "./channels";
import type { Shop } from "./shop";
import { findTemplate, layOut, readContext } from "./templates";
import type { Facts } from "./templates/facts";

type Row = Pick<DueRow, "template" | "channel" | "subject_id" | "event_id">;

function contentOf(row: Row, context: OutboxContext, facts: Facts, shop: Shop): unknown {
  const template = findTemplate(row.template);
  const { subject_id: subjectId, event_id: eventId } = row;
  const read = template === null ? null : readContext(template, context);
  const input = { facts, shop, subjectId, eventId, context: read };
  const laidOut = layOut(row.template, row.channel, input);
  if (laidOut === null) throw new Error(`no ${row.channel} message for ${row.template}`);
  return laidOut.content;
}

/** Why its channel can never send what the row says; null where it can. */
export function whyUnsent(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): string | null {
  const channel = channels[row.channel];
  if (channel.whyUnsent === undefined) return null;
  return channel.whyUnsent(contentOf(row, context, facts, shop));
}

/** Throws where there is nothing to say: a row whose template and channel do not go together. */
export function renderMessage(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  recipient: string | null,
  shop: Shop,
  unsubscribeUrl: string | null = null,
): Message {
  const channel = channels[row.channel];
  if (channel.recipient !== null && recipient === null) throw new Error("nobody to write to");
  return channel.compose(contentOf(row, context, facts, shop), {
    template: row.template,
    recipient: recipient ?? "",
    shop,
    unsubscribeUrl,
  });
}

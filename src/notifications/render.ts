/** A row and its facts in, the message out: what its template says, as its channel is given it. Pure. */
import type { OutboxContext } from "../projection/outbox-row";
import type { DueRow } from "../store/outbox/outbox";
import { channels, type Message } from "./channels";
import type { Shop } from "./shop";
import { findTemplate, readContext } from "./templates";
import type { Facts } from "./templates/facts";

type Row = Pick<DueRow, "template" | "channel" | "subject_id" | "event_id">;

/** Throws where there is nothing to say: a row whose template and channel do not go together. */
export function renderMessage(
  row: Row,
  context: OutboxContext,
  facts: Facts,
  recipient: string | null,
  shop: Shop,
  unsubscribeUrl: string | null = null,
): Message {
  const template = findTemplate(row.template);
  const channel = channels[row.channel];
  const layOut = template?.channels[row.channel];
  if (template === null || layOut === undefined) {
    throw new Error(`no ${row.channel} message for ${row.template}`);
  }
  if (channel.recipient !== null && recipient === null) throw new Error("nobody to write to");
  const { subject_id: subjectId, event_id: eventId } = row;
  const input = { facts, shop, subjectId, eventId, context: readContext(template, context) };
  return channel.compose(layOut(input), {
    template: row.template,
    recipient: recipient ?? "",
    shop,
    unsubscribeUrl,
  });
}

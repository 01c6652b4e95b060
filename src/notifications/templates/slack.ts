/**
 * What the team reads in Slack: a heading, a sentence, the facts, and a link to the order's page.
 * Text from outside is escaped as Slack asks (`&`, `<`, `>`), so that nothing becomes a mention or a
 * link by itself.
 */
import type { KnownBlock } from "@slack/types";
import { refundOutstandingMicros } from "../../projection/financial-status";
import type { OutboxContext } from "../../projection/templates";
import type { Facts } from "../../store/outbox-facts";
import type { TeamMessage } from "../message";
import type { Shop } from "../shop";
import { money } from "./money";
import { currencyOf, moneyOrNull } from "./parts";
import { lineOrNull, oneLine } from "./safe-text";
import { dayText } from "./when";
import { team } from "./words";

function slackEscape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

interface Note {
  readonly title: string;
  readonly text: string;
  readonly facts: readonly (readonly [string, string | null | undefined])[];
  readonly order: string | null;
}

const SLACK_FIELDS_MAX = 10;

function link(order: string | null, publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  return order === null
    ? `<${publicUrl}/console|${team.openConsole}>`
    : `<${publicUrl}/console/orders/${encodeURIComponent(order)}|${team.openOrder}>`;
}

function write(note: Note, shop: Shop): TeamMessage {
  const fields = note.facts.flatMap(([label, value]) => {
    const line = lineOrNull(value, 300);
    return line === null
      ? []
      : [{ type: "mrkdwn" as const, text: `*${label}*\n${slackEscape(line)}` }];
  });
  const open = link(note.order, shop.publicUrl);
  const footer = [slackEscape(oneLine(shop.name, 60)), open].filter((part) => part !== null);
  const blocks: KnownBlock[] = [
    { type: "header", text: { type: "plain_text", text: note.title } },
    { type: "section", text: { type: "mrkdwn", text: slackEscape(note.text) } },
    ...(fields.length === 0
      ? []
      : [{ type: "section" as const, fields: fields.slice(0, SLACK_FIELDS_MAX) }]),
    { type: "context", elements: [{ type: "mrkdwn", text: footer.join("  ·  ") }] },
  ];
  return {
    channel: "team",
    text: `${note.title}: ${slackEscape(note.text)}`,
    blocks: blocks.map((block) => ({ ...block })),
  };
}

function noteOf(
  template: string,
  subjectId: string | null,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): Note | null {
  const { order, refund, shipment, orderNumber } = facts;
  const currency = currencyOf(order, shop);
  const number = lineOrNull(orderNumber, 80);
  const { labels } = team;
  const about = [
    [labels.order, number],
    [labels.customer, order?.customer_name],
  ] as const;
  switch (template) {
    case "refund_due":
      return {
        ...team.refundDue(
          number ?? "?",
          order === null ? "?" : money(refundOutstandingMicros(order), currency),
        ),
        facts: [
          ...about,
          [labels.paid, moneyOrNull(order?.paid_micros, currency)],
          [labels.refunded, moneyOrNull(order?.refunded_micros, currency)],
          [labels.cancelledAt, dayText(order?.cancelled_at ?? null, shop, currency)],
        ],
        order: orderNumber,
      };
    case "refund_failed":
      return {
        ...team.refundFailed(number, moneyOrNull(refund?.amount_micros, currency)),
        facts: [
          ...about,
          [labels.refund, refund?.refund_id ?? subjectId],
          [labels.mode, refund?.payment_mode],
          [labels.remarks, refund?.remarks],
        ],
        order: orderNumber,
      };
    case "shipment_cancelled":
      return {
        ...team.shipmentCancelled(number, oneLine(shipment?.shipment_id ?? subjectId ?? "?", 80)),
        facts: [
          ...about,
          [labels.courier, shipment?.courier],
          [labels.awb, shipment?.awb_no],
          [labels.reason, shipment?.cancellation_reason],
        ],
        order: orderNumber,
      };
    case "alert": {
      const kind = context.kind === "alert" ? context.alert : "unknown";
      const text = context.kind === "alert" ? oneLine(context.text, 1_000) : "?";
      return { ...team.alert(text), facts: [[labels.kind, kind]], order: null };
    }
    default:
      return null;
  }
}

/** Null where the template is not one for the team. */
export function teamMessage(
  template: string,
  subjectId: string | null,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): TeamMessage | null {
  const note = noteOf(template, subjectId, context, facts, shop);
  return note === null ? null : write(note, shop);
}

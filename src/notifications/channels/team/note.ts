/**
 * What the team reads in Slack: a heading, a sentence, the facts, and a link to the order's page.
 * Text from outside is escaped as Slack asks (`&`, `<`, `>`), so that nothing becomes a mention or a
 * link by itself.
 */
import type { KnownBlock } from "@slack/types";
import type { Shop } from "../../shop";
import { lineOrNull, oneLine } from "../../text/safe-text";
import type { TeamMessage } from "./message";
import { openConsole, openOrder } from "./words.en";

function slackEscape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** What a template says to the team. */
export interface Note {
  readonly title: string;
  readonly text: string;
  readonly facts: readonly (readonly [string, string | null | undefined])[];
  /** Whose page the link leads to; null: the console's first page. */
  readonly order: string | null;
}

const SLACK_FIELDS_MAX = 10;

function link(order: string | null, publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  return order === null
    ? `<${publicUrl}/console|${openConsole}>`
    : `<${publicUrl}/console/orders/${encodeURIComponent(order)}|${openOrder}>`;
}

export function writeNote(note: Note, shop: Shop): TeamMessage {
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

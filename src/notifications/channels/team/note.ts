/**
 * A note to the team in Slack: a heading, a sentence, the facts, and a link to the order's page. Text from outside is
 * only in blocks of plain text, in which Slack ignores mentions, links and formats. The link is ours.
 */
import type { KnownBlock } from "@slack/types";
import type { Shop } from "../../shop";
import type { Texts } from "../../texts/say";
import { httpUrl, lineOrNull, oneLine } from "../../formatting/safe-text";
import type { TeamMessage } from "./message";

/** The content of a message to the team. */
export interface Note {
  readonly title: string;
  readonly text: string;
  readonly facts: readonly (readonly [string, string | null | undefined])[];
  /** The order whose page the link opens; null: the console's first page. */
  readonly order: string | null;
}

const SLACK_FIELDS_MAX = 10;

/** Slack refuses a text of over 3,000 characters: if the number is too long for a link, the link opens the console. */
function link(order: string | null, publicUrl: string | null, { say }: Texts): string | null {
  if (publicUrl === null) return null;
  const page =
    order === null ? null : httpUrl(`${publicUrl}/console/orders/${encodeURIComponent(order)}`);
  const label = say(page === null ? "team.open_console" : "team.open_order");
  return `<${page ?? `${publicUrl}/console`}|${slackEscape(label.replaceAll("|", " "))}>`;
}

/** Unchanged: `:smile:` stays text. */
const plain = (text: string) => ({ type: "plain_text" as const, text, emoji: false });

/** For the notification: outside of blocks, Slack interprets markup. */
function slackEscape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function writeNote(note: Note, shop: Shop, texts: Texts): TeamMessage {
  const fields = note.facts.flatMap(([label, value]) => {
    const line = lineOrNull(value, 300);
    return line === null ? [] : [plain(`${label}\n${line}`)];
  });
  const open = link(note.order, shop.publicUrl, texts);
  const blocks: KnownBlock[] = [
    { type: "header", text: plain(note.title) },
    { type: "section", text: plain(note.text) },
    ...(fields.length === 0
      ? []
      : [{ type: "section" as const, fields: fields.slice(0, SLACK_FIELDS_MAX) }]),
    {
      type: "context",
      elements: [
        plain(oneLine(shop.name, 60)),
        ...(open === null ? [] : [{ type: "mrkdwn" as const, text: open, verbatim: true }]),
      ],
    },
  ];
  return {
    channel: "team",
    text: slackEscape(`${note.title}: ${note.text}`),
    blocks: blocks.map((block) => ({ ...block })),
  };
}

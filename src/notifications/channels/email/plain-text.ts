/** An e-mail as plain text, from the same blocks as its HTML. */
import type { AmountRow, Block, EmailContent } from "./content";
import type { MailFrame } from "./frame";

function amountLine(label: string, amount: string | null): string {
  return amount === null ? label : `${label}: ${amount}`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return block.text;
    case "button":
      return `${block.label}:\n${block.url}`;
    case "lines":
      return [block.title, ...block.lines].join("\n");
    case "facts":
      return block.facts.map((fact) => `${fact.label}: ${fact.value}`).join("\n");
    case "items": {
      const items = block.items.map((item) => {
        const name = item.detail === null ? item.name : `${item.name} (${item.detail})`;
        return `- ${amountLine(name, item.amount)}`;
      });
      const totals = block.totals.map((row: AmountRow) => amountLine(row.label, row.amount));
      const sums = totals.length === 0 ? [] : ["", ...totals];
      return [block.title, ...items, ...sums].join("\n");
    }
  }
}

/** The part below the content: how to reach the shop, why the message was sent, and who the shop is. */
function frameText({ contacts, help, footer, social, address, unsubscribe }: MailFrame): string {
  const links = [...social, ...(unsubscribe === null ? [] : [unsubscribe])];
  return [
    "--",
    ...(contacts.length === 0 ? [] : [help, ...contacts.map(({ label }) => label)]),
    footer,
    ...links.map(({ label, url }) => `${label}: ${url}`),
    ...address,
  ].join("\n");
}

export function renderText(content: EmailContent, frame: MailFrame): string {
  const parts = [content.heading, ...content.blocks.map(blockText), frameText(frame)];
  return `${parts.join("\n\n")}\n`;
}

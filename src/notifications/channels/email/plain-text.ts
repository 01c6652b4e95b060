/** An e-mail as plain text, from the same blocks as its HTML. */
import { unsubscribe } from "./words.en";
import type { AmountRow, Block, EmailContent } from "./content";

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

export function renderText(
  content: EmailContent,
  store: string,
  footer: string,
  unsubscribeUrl: string | null,
): string {
  const link = unsubscribeUrl === null ? "" : `\n${unsubscribe}: ${unsubscribeUrl}`;
  const parts = [
    content.heading,
    ...content.blocks.map(blockText),
    `--\n${store}\n${footer}${link}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

/**
 * An e-mail as HTML. Styles stand inline, because some clients drop everything else; the style sheet
 * only adds the dark colours and what a phone needs. No images, no script, one column of tables: the
 * width of a table and the colour of a cell are what Outlook understands.
 */
import type { FC, PropsWithChildren } from "hono/jsx";
import type { AmountRow, Block, EmailContent, ItemRow } from "./content";
import { brand } from "./words";

const light = {
  page: "#f3f4f2",
  card: "#ffffff",
  ink: "#1d2321",
  quiet: "#5c6662",
  line: "#e2e6e3",
} as const;
const dark = {
  page: "#121615",
  card: "#1b2120",
  ink: "#eef2f0",
  quiet: "#a6b1ad",
  line: "#323b38",
} as const;

const styleSheet = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: ${dark.page} !important; }
  .card { background: ${dark.card} !important; }
  .ink { color: ${dark.ink} !important; }
  .quiet { color: ${dark.quiet} !important; }
  .line { border-color: ${dark.line} !important; }
  .brand { color: ${brand.accentDark} !important; }
  .button { background: ${brand.accentDark} !important; }
  .label { color: ${brand.onAccentDark} !important; }
}
@media (max-width: 480px) {
  .card { padding: 24px 20px 4px !important; }
  .wide, .label { width: 100% !important; box-sizing: border-box; text-align: center; }
}`;

const font =
  "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const small = `font-size:14px;line-height:21px;color:${light.quiet}`;
const title = `margin:0 0 8px;font-size:13px;line-height:18px;font-weight:600;color:${light.quiet}`;
const rule = `border-bottom:1px solid ${light.line}`;
const cell = `padding:10px 0;vertical-align:top;font-size:15px;line-height:22px;color:${light.ink}`;
/** Digits of one width, so that amounts stand under each other. */
const rightwards =
  "width:1%;padding-left:16px;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums";

/** A table for layout: nothing that a screen reader should announce as one. */
const Table: FC<PropsWithChildren<{ style?: string }>> = ({ style, children }) => (
  <table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    style={`width:100%;border-collapse:collapse;${style ?? ""}`}
  >
    {children}
  </table>
);

const Paragraph: FC<{ text: string }> = ({ text }) => (
  <p
    class="ink"
    style={`margin:0 0 16px;font-size:16px;line-height:25px;color:${light.ink};overflow-wrap:anywhere`}
  >
    {text}
  </p>
);

/** The cell has the colour, so that it is a button in Outlook too. */
const Button: FC<{ label: string; url: string }> = ({ label, url }) => (
  <table
    role="presentation"
    class="wide"
    cellpadding="0"
    cellspacing="0"
    style="margin:8px 0 24px;border-collapse:separate"
  >
    <tr>
      <td class="button" style={`border-radius:8px;background:${brand.accent}`}>
        <a
          class="label"
          href={url}
          style={`display:inline-block;padding:13px 28px;color:${brand.onAccent};font-size:16px;line-height:22px;font-weight:600;text-decoration:none`}
        >
          {label}
        </a>
      </td>
    </tr>
  </table>
);

const Item: FC<{ item: ItemRow; ruled: boolean }> = ({ item, ruled }) => {
  const line = ruled ? `;${rule}` : "";
  return (
    <tr>
      <td class="ink line" style={`${cell};overflow-wrap:anywhere${line}`}>
        {item.name}
        {item.detail === null ? null : (
          <span class="quiet" style={`display:block;font-size:14px;color:${light.quiet}`}>
            {item.detail}
          </span>
        )}
      </td>
      <td class="ink line" style={`${cell};${rightwards}${line}`}>
        {item.amount}
      </td>
    </tr>
  );
};

/** A line of the sum; the first stands clear of the items, the total is what the eye should find. */
const Sum: FC<{ row: AmountRow; first: boolean }> = ({ row, first }) => {
  const strong = row.strong === true;
  const tone = strong ? "ink" : "quiet";
  const type = strong ? "font-size:18px;font-weight:700" : "font-size:15px;font-weight:400";
  const top = first ? 16 : strong ? 10 : 4;
  const style = `padding:${top}px 0 0;${type};line-height:24px;vertical-align:top;color:${light[tone]}`;
  return (
    <tr>
      <td class={tone} style={style}>
        {row.label}
      </td>
      <td class={tone} style={`${style};${rightwards}`}>
        {row.amount}
      </td>
    </tr>
  );
};

const Items: FC<Extract<Block, { kind: "items" }>> = ({ title: heading, items, totals }) => (
  <div style="margin:8px 0 24px">
    <p class="quiet" style={title}>
      {heading}
    </p>
    <Table>
      {items.map((item, index) => (
        <Item item={item} ruled={totals.length > 0 || index < items.length - 1} />
      ))}
      {totals.map((row, index) => (
        <Sum row={row} first={index === 0 && items.length > 0} />
      ))}
    </Table>
  </div>
);

const Lines: FC<Extract<Block, { kind: "lines" }>> = ({ title: heading, lines }) => (
  <div style="margin:8px 0 24px">
    <p class="quiet" style={title}>
      {heading}
    </p>
    {lines.map((line) => (
      <p
        class="ink"
        style={`margin:0;font-size:15px;line-height:23px;color:${light.ink};overflow-wrap:anywhere`}
      >
        {line}
      </p>
    ))}
  </div>
);

const Facts: FC<Extract<Block, { kind: "facts" }>> = ({ facts }) => (
  <div style="margin:8px 0 24px">
    <Table>
      {facts.map((fact, index) => {
        const line = index < facts.length - 1 ? `;${rule}` : "";
        const plain = "padding:9px 0;vertical-align:top;line-height:22px";
        return (
          <tr>
            <td
              class="quiet line"
              style={`${plain};font-size:14px;color:${light.quiet};width:1%;white-space:nowrap${line}`}
            >
              {fact.label}
            </td>
            <td
              class="ink line"
              style={`${plain};padding-left:16px;text-align:right;font-size:15px;color:${light.ink};font-variant-numeric:tabular-nums;overflow-wrap:anywhere${line}`}
            >
              {fact.value}
            </td>
          </tr>
        );
      })}
    </Table>
  </div>
);

const BlockView: FC<{ block: Block }> = ({ block }) => {
  switch (block.kind) {
    case "paragraph":
      return <Paragraph text={block.text} />;
    case "button":
      return <Button label={block.label} url={block.url} />;
    case "items":
      return <Items {...block} />;
    case "lines":
      return <Lines {...block} />;
    case "facts":
      return <Facts {...block} />;
  }
};

/** Keeps the beginning of the body out of the inbox preview. */
const previewPadding = "\u00a0\u200c".repeat(80);

const Email: FC<{ content: EmailContent; store: string; footer: string }> = ({
  content,
  store,
  footer,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
      <title>{content.subject}</title>
      <style dangerouslySetInnerHTML={{ __html: styleSheet }} />
    </head>
    <body class="page" style={`margin:0;padding:0;background:${light.page}`}>
      <div style="display:none;max-height:0;overflow:hidden;opacity:0">
        {content.preview}
        {previewPadding}
      </div>
      <div class="page" style={`background:${light.page};padding:24px 12px 40px;${font}`}>
        <table
          role="presentation"
          align="center"
          width="560"
          cellpadding="0"
          cellspacing="0"
          style="width:100%;max-width:560px;margin:0 auto;border-collapse:separate"
        >
          <tr>
            <td
              class="brand"
              style={`padding:0 4px 16px;font-size:18px;line-height:26px;font-weight:700;color:${brand.accent};overflow-wrap:anywhere`}
            >
              {store}
            </td>
          </tr>
          <tr>
            <td
              class="card"
              style={`background:${light.card};border-radius:14px;padding:32px 32px 12px`}
            >
              <h1
                class="ink"
                style={`margin:0 0 16px;font-size:24px;line-height:31px;font-weight:700;color:${light.ink}`}
              >
                {content.heading}
              </h1>
              {content.blocks.map((block) => (
                <BlockView block={block} />
              ))}
            </td>
          </tr>
          <tr>
            <td class="quiet" style={`${small};padding:20px 4px 0;overflow-wrap:anywhere`}>
              {footer}
            </td>
          </tr>
        </table>
      </div>
    </body>
  </html>
);

/** The whole document. Every text is escaped. */
export function renderHtml(content: EmailContent, store: string, footer: string): string {
  // Every component is synchronous, so that its text is complete.
  const element: unknown = <Email content={content} store={store} footer={footer} />;
  return `<!doctype html>${String(element)}`;
}

/**
 * An e-mail as HTML. Styles stand inline, because some clients drop everything else; the style sheet
 * only adds the dark colours. No images, no script, one column: it reads the same on a phone.
 */
import type { FC } from "hono/jsx";
import type { Block, EmailContent } from "./content";
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
  .button { background: ${brand.accentDark} !important; color: ${brand.onAccentDark} !important; }
}
@media (max-width: 480px) {
  .card { padding: 24px 20px 4px !important; }
}`;

const font =
  "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const small = `margin:0;font-size:14px;line-height:21px;color:${light.quiet}`;
const title = `margin:0 0 8px;font-size:13px;line-height:18px;font-weight:600;color:${light.quiet}`;
const cell = `padding:10px 0;border-bottom:1px solid ${light.line};vertical-align:top;font-size:15px;line-height:22px;color:${light.ink}`;
const amountCell = `${cell};padding-left:16px;text-align:right;white-space:nowrap`;

const Paragraph: FC<{ text: string }> = ({ text }) => (
  <p
    class="ink"
    style={`margin:0 0 16px;font-size:16px;line-height:25px;color:${light.ink};overflow-wrap:anywhere`}
  >
    {text}
  </p>
);

const Button: FC<{ label: string; url: string }> = ({ label, url }) => (
  <p style="margin:8px 0 24px">
    <a
      class="button"
      href={url}
      style={`display:inline-block;padding:13px 26px;border-radius:8px;background:${brand.accent};color:${brand.onAccent};font-size:16px;line-height:22px;font-weight:600;text-decoration:none`}
    >
      {label}
    </a>
  </p>
);

const Items: FC<Extract<Block, { kind: "items" }>> = ({ title: heading, items, totals }) => (
  <div style="margin:8px 0 24px">
    <p class="quiet" style={title}>
      {heading}
    </p>
    <table width="100%" style="width:100%;border-collapse:collapse;border-spacing:0">
      {items.map((item) => (
        <tr>
          <td class="ink line" style={`${cell};overflow-wrap:anywhere`}>
            {item.name}
            {item.detail === null ? null : (
              <span class="quiet" style={`display:block;font-size:14px;color:${light.quiet}`}>
                {item.detail}
              </span>
            )}
          </td>
          <td class="ink line" style={amountCell}>
            {item.amount}
          </td>
        </tr>
      ))}
      {totals.map((row) => {
        const weight = row.strong === true ? "600" : "400";
        const tone = row.strong === true ? "ink" : "quiet";
        const style = `padding:${row.strong === true ? "8px" : "6px"} 0 0;font-size:15px;line-height:22px;font-weight:${weight};color:${light[tone]}`;
        return (
          <tr>
            <td class={tone} style={style}>
              {row.label}
            </td>
            <td
              class={tone}
              style={`${style};padding-left:16px;text-align:right;white-space:nowrap`}
            >
              {row.amount}
            </td>
          </tr>
        );
      })}
    </table>
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
  <table
    width="100%"
    style="width:100%;margin:8px 0 24px;border-collapse:collapse;border-spacing:0"
  >
    {facts.map((fact) => (
      <tr>
        <td
          class="quiet line"
          style={`padding:9px 0;border-bottom:1px solid ${light.line};vertical-align:top;font-size:14px;line-height:22px;color:${light.quiet};white-space:nowrap`}
        >
          {fact.label}
        </td>
        <td
          class="ink line"
          style={`padding:9px 0 9px 16px;border-bottom:1px solid ${light.line};text-align:right;font-size:15px;line-height:22px;color:${light.ink};overflow-wrap:anywhere`}
        >
          {fact.value}
        </td>
      </tr>
    ))}
  </table>
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
        <div style="max-width:560px;margin:0 auto">
          <p
            class="brand"
            style={`margin:0 0 16px;padding:0 4px;font-size:18px;line-height:26px;font-weight:700;color:${brand.accent};overflow-wrap:anywhere`}
          >
            {store}
          </p>
          <div
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
          </div>
          <p class="quiet" style={`${small};padding:20px 4px 0;overflow-wrap:anywhere`}>
            {footer}
          </p>
        </div>
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

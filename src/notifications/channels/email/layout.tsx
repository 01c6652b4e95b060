/**
 * An e-mail as HTML. Styles stand inline, because some clients drop everything else; the style sheet
 * only adds the dark colours and what a phone needs. No images, no script, one column of tables: the
 * width of a table and the colour of a cell are what Outlook understands.
 */
import { raw } from "hono/html";
import { htmlOf } from "../../../html";
import { brand, dark, light } from "./colours";
import type { EmailContent } from "./content";
import { BlockView } from "./html-blocks";
import { unsubscribe } from "./words.en";

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

/** Keeps the beginning of the body out of the inbox preview. */
const previewPadding = "\u00a0\u200c".repeat(80);

const Head = ({ title }: { title: string }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="supported-color-schemes" content="light dark" />
    <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
    <title>{title}</title>
    <style>{raw(styleSheet)}</style>
  </head>
);

const Footer = ({ text, unsubscribeUrl }: { text: string; unsubscribeUrl: string | null }) => (
  <tr>
    <td class="quiet" style={`${small};padding:20px 4px 0;overflow-wrap:anywhere`}>
      {text}
      {unsubscribeUrl === null ? null : (
        <>
          {" "}
          <a class="quiet" href={unsubscribeUrl} style={`color:${light.quiet}`}>
            {unsubscribe}
          </a>
        </>
      )}
    </td>
  </tr>
);

const Email = ({
  content,
  store,
  footer,
  unsubscribeUrl,
}: {
  content: EmailContent;
  store: string;
  footer: string;
  unsubscribeUrl: string | null;
}) => (
  <html lang="en">
    <Head title={content.subject} />
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
          <Footer text={footer} unsubscribeUrl={unsubscribeUrl} />
        </table>
      </div>
    </body>
  </html>
);

/** The whole document. Every text is escaped. */
export function renderHtml(
  content: EmailContent,
  store: string,
  footer: string,
  unsubscribeUrl: string | null,
): string {
  const page = (
    <Email content={content} store={store} footer={footer} unsubscribeUrl={unsubscribeUrl} />
  );
  return `<!doctype html>${htmlOf(page)}`;
}

/**
 * An e-mail as HTML. Styles are inline, because some clients drop everything else; the style sheet only adds the dark
 * colours and what a phone needs. One column of tables and no scripts: Outlook understands only the width of a table
 * and the colour of a cell. A picture that does not load leaves its text, and no gap.
 */
import { raw } from "hono/html";
import { htmlOf } from "../../../html";
import { type Accents, dark, light } from "./colours";
import type { EmailContent, StructuredData } from "./content";
import type { MailFrame, MailLink } from "./frame";
import { BlockView } from "./html-blocks";

const styleSheet = ({ dark: accent, onDark }: Accents): string => `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: ${dark.page} !important; }
  .card { background: ${dark.card} !important; }
  .ink { color: ${dark.ink} !important; }
  .quiet { color: ${dark.quiet} !important; }
  .line { border-color: ${dark.line} !important; }
  .brand { color: ${accent} !important; }
  .button { background: ${accent} !important; }
  .label { color: ${onDark} !important; }
  .logo { background: #ffffff !important; border-radius: 8px; padding: 6px 10px !important; }
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

/** As text in a script element: no value can end the element. */
function structuredText(data: StructuredData): string {
  const text = JSON.stringify({ "@context": "https://schema.org", ...data });
  return text.replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const Head = ({ content, accents }: { content: EmailContent; accents: Accents }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="supported-color-schemes" content="light dark" />
    <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
    <title>{content.subject}</title>
    <style>{raw(styleSheet(accents))}</style>
    {content.structured === undefined ? null : (
      <script type="application/ld+json">{raw(structuredText(content.structured))}</script>
    )}
  </head>
);

/** The height at which every logo is shown, in pixels. */
const LOGO_PX = 40;

/** If the logo does not load, the name takes its place, in the style of a name. */
const Brand = ({ frame: { store, logoUrl, accents } }: { frame: MailFrame }) => {
  const type = `font-size:18px;line-height:26px;font-weight:700;color:${accents.light};overflow-wrap:anywhere;word-break:break-word`;
  return (
    <td class="brand" style={`padding:0 4px 16px;${type}`}>
      {logoUrl === null ? (
        store
      ) : (
        <img
          class="logo"
          src={logoUrl}
          height={LOGO_PX}
          alt={store}
          style={`display:block;height:${LOGO_PX}px;max-width:240px;width:auto;border:0;${type}`}
        />
      )}
    </td>
  );
};

const Link = ({ of }: { of: MailLink }) => (
  <a class="quiet" href={of.url} style={`color:${light.quiet}`}>
    {of.label}
  </a>
);

/** Links, separated by dots. */
const Links = ({ of }: { of: readonly MailLink[] }) =>
  of.flatMap((link, index) => [...(index === 0 ? [] : [" · "]), <Link of={link} />]);

const Footer = ({ frame }: { frame: MailFrame }) => {
  const { contacts, help, footer, social, address, unsubscribe } = frame;
  const line = "margin:0 0 12px";
  return (
    <td
      class="quiet"
      style={`${small};padding:20px 4px 0;overflow-wrap:anywhere;word-break:break-word`}
    >
      {contacts.length === 0 ? null : (
        <p style={line}>
          {help} <Links of={contacts} />
        </p>
      )}
      {social.length === 0 ? null : (
        <p style={line}>
          <Links of={social} />
        </p>
      )}
      {address.length <= 1 ? null : (
        <p style={line}>
          {address.flatMap((text, index) => [...(index === 0 ? [] : [<br />]), text])}
        </p>
      )}
      <p style={line}>
        {footer}
        {unsubscribe === null ? null : (
          <>
            {" "}
            <Link of={unsubscribe} />
          </>
        )}
      </p>
    </td>
  );
};

interface EmailParts {
  readonly content: EmailContent;
  readonly frame: MailFrame;
}

const Email = ({ content, frame }: EmailParts) => {
  const { accents } = frame;
  const { language, direction } = frame.language;
  return (
    <html lang={language} dir={direction === "rtl" ? direction : undefined}>
      <Head content={content} accents={accents} />
      <body class="page" style={`margin:0;padding:0;background:${light.page}`}>
        <div style="display:none;max-height:0;overflow:hidden;opacity:0">
          {content.preview}
          {previewPadding}
        </div>
        <div
          role="main"
          class="page"
          style={`background:${light.page};padding:24px 12px 40px;${font}`}
        >
          <table
            role="presentation"
            align="center"
            width="600"
            cellpadding="0"
            cellspacing="0"
            style="width:100%;max-width:600px;margin:0 auto;border-collapse:separate"
          >
            <tr>
              <Brand frame={frame} />
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
                  <BlockView block={block} accents={accents} />
                ))}
              </td>
            </tr>
            <tr>
              <Footer frame={frame} />
            </tr>
          </table>
        </div>
      </body>
    </html>
  );
};

/** The whole document. Every text is escaped. */
export function renderHtml(parts: EmailParts): string {
  const page = <Email {...parts} />;
  return `<!doctype html>${htmlOf(page)}`;
}

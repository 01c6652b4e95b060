/** The page on which a customer unsubscribes: one sentence, one button, no script and nothing from another host. */
import { raw } from "hono/html";
import { htmlOf } from "../html";
import type { Shop } from "../notifications/shop";
import type { Texts } from "../notifications/texts/say";

export type PageState = "asked" | "stopped" | "resumed" | "failed";

const ACCENT = "#1f5f4f";

/** The accent is `#rrggbb` (notifications/shop/kinds.ts), so it cannot add anything else to the style sheet. */
const styleSheet = (accent: string): string => `
:root { color-scheme: light dark; --page: #f3f4f2; --card: #fff; --ink: #1d2321; --quiet: #56605c; --line: #e2e6e3; --accent: ${accent}; }
@media (prefers-color-scheme: dark) { :root { --page: #121615; --card: #1b2120; --ink: #eef2f0; --quiet: #a6b1ad; --line: #323b38; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page); color: var(--ink); font: 16px/1.55 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { width: 100%; max-width: 440px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere; }
h1 { margin: 4px 0 12px; font-size: 28px; line-height: 1.2; }
p { margin: 0 0 16px; }
.shop, .quiet { color: var(--quiet); font-size: 14px; }
.shop { margin: 0; font-weight: 600; }
.quiet { margin: 24px 0 0; padding-top: 16px; border-top: 1px solid var(--line); }
button { width: 100%; min-height: 48px; padding: 12px 20px; border: 1px solid var(--accent); border-radius: 8px; background: var(--accent); color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
button.plain { background: transparent; border-color: var(--quiet); color: var(--ink); }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }`;

/** The query of the form, which says what the button does. */
const actions: Readonly<Record<PageState, string>> = {
  asked: "?by=page",
  stopped: "?by=page&again",
  resumed: "",
  failed: "?by=page",
};

interface PageProps {
  readonly state: PageState;
  readonly shop: Shop;
  readonly texts: Texts;
}

const Page = ({ state, shop, texts }: PageProps) => {
  const { say, language, direction } = texts;
  const title = say(`unsubscribe.${state}_title`);
  return (
    <html lang={language} dir={direction === "rtl" ? direction : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – ${shop.name}`}</title>
        <style>{raw(styleSheet(shop.accentColour ?? ACCENT))}</style>
      </head>
      <body>
        <main>
          <p class="shop">{shop.name}</p>
          <h1>{title}</h1>
          <p>{say(`unsubscribe.${state}`, { store: shop.name })}</p>
          {state === "resumed" ? null : (
            <form method="post" action={actions[state]}>
              <button class={state === "stopped" ? "plain" : ""}>
                {say(`unsubscribe.${state}_button`)}
              </button>
            </form>
          )}
          <p class="quiet">{say("unsubscribe.others")}</p>
        </main>
      </body>
    </html>
  );
};

export function renderPage(props: PageProps): string {
  return `<!doctype html>${htmlOf(<Page {...props} />)}`;
}

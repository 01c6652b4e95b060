/** The frame of every page: head, navigation, footer. No inline style or script: the policy forbids both. */
import { type Element, htmlOf } from "../../html";
import { type Child, useContext } from "hono/jsx";
import type { Context } from "hono";
import { assetNames } from "../asset-names";
import { clip, visible } from "../text";
import { environmentIn, zoneIn } from "../page-context";
import { Environment, EnvironmentMark, titleIn } from "./environment";
import { ShopZone } from "./zone";

const assets = "/console/assets/";

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  // The style sheet has its arrows and ticks as data URLs.
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** htmx without features that the policy forbids, and without copies of pages in the browser's storage. */
const htmxConfig = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  historyEnabled: false,
  historyCacheSize: 0,
});

const places = [
  ["/console", "Overview"],
  ["/console/events", "Events"],
  ["/console/orders", "Orders"],
  ["/console/troubled", "Dead letters"],
  ["/console/messages", "Messages"],
  ["/console/endpoints", "Endpoints"],
  ["/console/settings", "Settings"],
] as const;

export interface PageProps {
  readonly title: string;
  /** The signed-in person; null on pages before the sign-in. */
  readonly who: string | null;
  /** The path of the page, for the navigation. */
  readonly path: string;
  readonly children?: Child;
}

function Navigation({ path, who }: { readonly path: string; readonly who: string }) {
  return (
    <header class="top">
      <nav aria-label="Console">
        {places.map(([to, name]) => {
          const isHere = to === "/console" ? path === to : path.startsWith(to);
          return (
            <a href={to} aria-current={isHere ? "page" : undefined}>
              {name}
            </a>
          );
        })}
      </nav>
      <form method="post" action="/console/sign-out">
        <span class="who">{who}</span>
        <button class="outline secondary">Sign out</button>
      </form>
    </header>
  );
}

export function Page({ title, who, path, children }: PageProps) {
  const zone = useContext(ShopZone);
  const environment = useContext(Environment);
  return (
    <html lang="en" data-shop-zone={zone ?? undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${titleIn(environment, clip(visible(title), 80))} · Webhooks`}</title>
        <link rel="icon" href={assets + assetNames.icon} />
        <link rel="stylesheet" href={assets + assetNames.pico} />
        <link rel="stylesheet" href={assets + assetNames.style} />
        <script src={assets + assetNames.script} defer />
        {who === null ? null : <script src={assets + assetNames.htmx} defer />}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <EnvironmentMark />
        {who === null ? null : <Navigation path={path} who={who} />}
        <main id="main" tabindex={-1}>
          {children}
        </main>
        {who === null ? null : (
          <footer>
            <span id="zone">
              {zone === null ? "Times are in UTC." : `Times are in ${zone}; point at one for UTC.`}
            </span>
            <button type="button" id="live" class="outline secondary" hidden>
              Pause live updates
            </button>
          </footer>
        )}
      </body>
    </html>
  );
}

/** The policy of every answer of the console, including parts of pages and redirects. */
export function setPolicy(c: Context): void {
  c.header("content-security-policy", policy);
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "same-origin");
  c.header("cross-origin-opener-policy", "same-origin");
}

export function show(c: Context, page: Element, status: 200 | 400 | 404 | 409 | 429 | 503 = 200) {
  const whole = (
    <ShopZone.Provider value={zoneIn(c)}>
      <Environment.Provider value={environmentIn(c)}>{page}</Environment.Provider>
    </ShopZone.Provider>
  );
  return c.html(`<!doctype html>${htmlOf(whole)}`, status);
}

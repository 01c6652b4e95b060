/** The frame of every page: head, navigation, footer. No inline style or script: the policy forbids both. */
import { type Element, htmlOf } from "../../html";
import type { Child } from "hono/jsx";
import type { Context } from "hono";
import { assetNames } from "../asset-names";
import { clip, visible } from "../text";
import { frameIn, PRODUCTION } from "../page-context";
import { EnvironmentMark, titleIn } from "./environment";
import { pageFrame, withFrame } from "./frame";

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

/** The pages of the navigation; `also`: paths of pages that belong to one of them. */
const places: readonly {
  readonly to: string;
  readonly name: string;
  readonly also?: readonly string[];
}[] = [
  { to: "/console", name: "Overview" },
  { to: "/console/orders", name: "Orders" },
  { to: "/console/messages", name: "Messages", also: ["/console/unsent"] },
  {
    to: "/console/events",
    name: "Events",
    also: ["/console/troubled", "/console/refused", "/console/replays"],
  },
  { to: "/console/endpoints", name: "Forwarding" },
  { to: "/console/activity", name: "Activity" },
  { to: "/console/settings/messages", name: "Texts" },
  { to: "/console/settings", name: "Settings" },
];

export interface PageProps {
  readonly title: string;
  /** The signed-in person; null on pages before the sign-in. */
  readonly who: string | null;
  /** The path of the page, for the navigation. */
  readonly path: string;
  /** The search text, on the page of its results. */
  readonly find?: string | undefined;
  readonly children?: Child;
}

/** The place that a page belongs to: the one with the longest matching path. */
function placeOf(path: string): string | undefined {
  return places
    .flatMap(({ to, also = [] }) => [to, ...also].map((start) => ({ to, start })))
    .filter(({ start }) => (start === "/console" ? path === start : path.startsWith(start)))
    .toSorted((a, b) => b.start.length - a.start.length)[0]?.to;
}

/** A menu on a narrow screen; it needs no script. */
function Navigation({ path, who }: { readonly path: string; readonly who: string }) {
  const { shop, environment } = pageFrame();
  const here = placeOf(path);
  return (
    <nav id="navigation" class="side" popover="auto" aria-label="Console">
      <p class="shop">
        <b>{clip(visible(shop), 40)}</b>
        <span>{environment === PRODUCTION ? "Webhooks" : environment}</span>
      </p>
      <ul>
        {places.map(({ to, name }) => (
          <li>
            <a href={to} aria-current={to === here ? "page" : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      <form method="post" action="/console/sign-out">
        <span class="who">{who}</span>
        <button class="outline secondary">Sign out</button>
      </form>
    </nav>
  );
}

/** One search over everything; `/` moves the focus to it. */
function SearchBar({ asked }: { readonly asked: string | undefined }) {
  return (
    <header class="bar">
      <button type="button" class="menu outline secondary" popovertarget="navigation">
        Menu
      </button>
      <search>
        <form method="get" action="/console/search">
          <label for="find" class="unseen">
            Search
          </label>
          <input
            id="find"
            name="q"
            type="search"
            value={asked}
            placeholder="Order, name, e-mail, phone, payment, airway bill"
            autocomplete="off"
            aria-keyshortcuts="/"
          />
        </form>
      </search>
    </header>
  );
}

const keys = [
  ["/", "Search"],
  ["j", "Next row"],
  ["k", "Row before"],
  ["Enter", "Open the row"],
  ["Esc", "Leave a field or the row, close a menu"],
  ["?", "These keys"],
] as const;

function Keys() {
  return (
    <div id="keys" class="keys" popover="auto" role="dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function Page({ title, who, path, find, children }: PageProps) {
  const { zone, environment } = pageFrame();
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
      <body class={who === null ? "alone" : undefined}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <EnvironmentMark />
        {who === null ? null : (
          <>
            <Navigation path={path} who={who} />
            <SearchBar asked={find} />
          </>
        )}
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
            <button type="button" class="outline secondary" popovertarget="keys">
              Keys
            </button>
            <Keys />
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
  const frame = frameIn(c);
  const text = frame === null ? htmlOf(page) : withFrame(frame, () => htmlOf(page));
  return c.html(`<!doctype html>${text}`, status);
}

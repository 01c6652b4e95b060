/** The pages of the console, as functions from what is to be seen to HTML. No script; text is escaped. */
import type { Child } from "hono/jsx";
import type { Health, TroubledEvent } from "../store/inspection";

const style = `
:root { color-scheme: light dark; --line: light-dark(#d7dce2, #3a414b); --soft: light-dark(#5b6572, #a3adba);
  --accent: light-dark(#1d5fd1, #8ab4ff); --bad: light-dark(#b3261e, #ffb4ab); --card: light-dark(#fff, #1b1f25); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f4f6f8, #12151a); color: light-dark(#1b2330, #e6eaf0); }
header, main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
header { display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; } main > h2:first-child { margin-top: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 0; padding: 0; list-style: none; }
.cards li, .panel { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.cards b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.soft { color: var(--soft); } .bad { color: var(--bad); }
ul.events { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
ul.events p { margin: .25rem 0; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
input { font: inherit; width: 100%; padding: .5rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent; color: inherit; }
button { font: inherit; padding: .5rem 1rem; border: 1px solid var(--accent); border-radius: .375rem; background: var(--accent); color: light-dark(#fff, #10151d); cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
form.sign-in { max-width: 24rem; margin: 2rem auto; display: grid; gap: 1rem; }
code { overflow-wrap: anywhere; }
`;

interface PageProps {
  readonly title: string;
  readonly nonce: string;
  readonly signedIn: boolean;
  readonly children?: Child;
}

function Page({ title, nonce, signedIn, children }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Commerce Engine webhooks`}</title>
        <style nonce={nonce}>{style}</style>
      </head>
      <body>
        <header>
          <h1>Commerce Engine webhooks</h1>
          {signedIn ? (
            <form method="post" action="/console/sign-out">
              <button class="quiet">Sign out</button>
            </form>
          ) : null}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

export function SignInPage({ nonce, wrong }: { readonly nonce: string; readonly wrong: boolean }) {
  return (
    <Page title="Sign in" nonce={nonce} signedIn={false}>
      <form class="sign-in panel" method="post" action="/console/sign-in">
        <div>
          <label for="token">Admin token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby="hint"
          />
        </div>
        {wrong ? (
          <p class="bad" role="alert">
            That is not the admin token.
          </p>
        ) : null}
        <p id="hint" class="soft">
          It is the secret ADMIN_TOKEN of this Worker.
        </p>
        <button>Sign in</button>
      </form>
    </Page>
  );
}

/** ISO time -> `2026-11-24 03:53:48 UTC`. */
function readable(time: string | null): string {
  return time === null ? "none yet" : `${time.slice(0, 19).replace("T", " ")} UTC`;
}

function Figure(props: { readonly name: string; readonly value: string; readonly bad?: boolean }) {
  return (
    <li class={props.bad === true ? "bad" : ""}>
      <b>{props.value}</b>
      {props.name}
    </li>
  );
}

function Troubled({ event }: { readonly event: TroubledEvent }) {
  return (
    <li class="panel">
      <p>
        <b>{event.event_type}</b>{" "}
        <span class="soft">
          {event.order_number === null ? "no order" : `order ${event.order_number}`} ·{" "}
          {event.status} · received{" "}
          <time datetime={event.received_at}>{readable(event.received_at)}</time>
        </span>
      </p>
      <p class="bad">{event.error ?? "no error was noted"}</p>
      <p>
        <code>{event.id}</code>
      </p>
      <form method="post" action="/console/replay">
        <input type="hidden" name="id" value={event.id} />
        <button class="quiet" aria-label={`Replay ${event.id}`}>
          Replay
        </button>
      </form>
    </li>
  );
}

export interface OverviewProps {
  readonly nonce: string;
  readonly health: Health | null;
  readonly troubled: readonly TroubledEvent[];
  /** How many events have just been taken again; null where nobody asked. */
  readonly replayed: number | null;
}

export function OverviewPage({ nonce, health, troubled, replayed }: OverviewProps) {
  const waiting = health?.oldest_waiting_seconds ?? null;
  return (
    <Page title="Overview" nonce={nonce} signedIn>
      {replayed === null ? null : (
        <p class="panel" role="status">
          {replayed === 0
            ? "Nothing was taken again: the event is settled or its body is gone."
            : "The event is taken again. Reload to see what became of it."}
        </p>
      )}
      <h2>Events</h2>
      <ul class="cards">
        <Figure name="processed" value={String(health?.processed ?? 0)} />
        <Figure name="waiting" value={String(health?.received ?? 0)} />
        <Figure
          name="quarantined"
          value={String(health?.quarantined ?? 0)}
          bad={(health?.quarantined ?? 0) > 0}
        />
        <Figure name="failed" value={String(health?.failed ?? 0)} bad={(health?.failed ?? 0) > 0} />
        <Figure name="ignored" value={String(health?.ignored ?? 0)} />
        <Figure
          name="oldest waiting"
          value={waiting === null ? "–" : `${String(waiting)} s`}
          bad={(waiting ?? 0) > 300}
        />
      </ul>
      <p class="soft">Last event: {readable(health?.last_received_at ?? null)}</p>
      <h2>Needs attention</h2>
      {troubled.length === 0 ? (
        <p class="panel">Nothing: no event is quarantined or failed.</p>
      ) : (
        <ul class="events">
          {troubled.map((event) => (
            <Troubled event={event} />
          ))}
        </ul>
      )}
    </Page>
  );
}

/** The sign-in page. */
import { Notice } from "./parts";
import { Page } from "./page";

export interface SignInProps {
  /** False if only Cloudflare Access lets people in. */
  readonly takesToken: boolean;
  readonly problem: string | null;
}

export function SignInPage({ takesToken, problem }: SignInProps) {
  return (
    <Page title="Sign in" who={null} path="/console/sign-in">
      <div class="sign-in">
        <h1>Commerce Engine webhooks</h1>
        {problem === null ? null : <Notice bad>{problem}</Notice>}
        {takesToken ? (
          <form method="post" action="/console/sign-in">
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
            <small id="hint">The secret ADMIN_TOKEN of this Worker.</small>
            <button>Sign in</button>
          </form>
        ) : (
          <p>
            This console is behind Cloudflare Access, which did not let this request through. Open
            it under the address that Access protects; if you did, check that{" "}
            <code>ACCESS_TEAM_DOMAIN</code> and <code>ACCESS_AUD</code> are those of that
            application.
          </p>
        )}
      </div>
    </Page>
  );
}

/** Leads to the sign-out of Access, which must end its own session. */
export function LeavingPage({ to }: { readonly to: string }) {
  return (
    <Page title="Signing out" who={null} path="">
      <h1>Signing out</h1>
      <p>
        <a href={to}>Sign out of Cloudflare Access</a>
      </p>
    </Page>
  );
}

/** For something that does not exist, or has failed. */
export function PlainPage(props: {
  readonly title: string;
  readonly text: string;
  readonly who: string | null;
}) {
  const { title, text, who } = props;
  return (
    <Page title={title} who={who} path="">
      <h1>{title}</h1>
      <p>{text}</p>
      <p>
        <a href="/console">To the overview</a>
      </p>
    </Page>
  );
}

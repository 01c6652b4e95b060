/** Sign-in and sign-out: the form, its answers, and the redirect of a person who is not signed in. */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { note, noteFailedSignIn, saveNoted, setWho } from "../activity/note";
import type { AdminApiDeps } from "../deps";
import { fieldOf, type PageContext } from "../page-context";
import { show } from "../pages/page";
import { LeavingPage, PlainPage, SignInPage } from "../pages/sign-in-page";
import { ADMIN_TOKEN, attempt, endSession, startSession, throughAccess } from "./sign-in";

const SIGN_IN = "/console/sign-in";
/** Access itself answers this path, in front of the Worker. */
const ACCESS_SIGN_OUT = "/cdn-cgi/access/logout";
/** The page that a person requested before they had to sign in. */
const NEXT_COOKIE = "ce_webhooks_next";
const nextCookie = {
  httpOnly: true,
  sameSite: "Strict",
  secure: true,
  path: "/console",
  maxAge: 600,
} as const;

/**
 * A page of the console, from a cookie. The cookie may contain anything: another origin, a line break in a header.
 */
function pageIn(next: string): string | null {
  const url = URL.parse(next, "https://console.invalid");
  const isHere = url?.origin === "https://console.invalid";
  return isHere && /^\/console(?![^/])/.test(url.pathname) ? url.pathname : null;
}

export async function signIn(c: Context, deps: AdminApiDeps): Promise<Response> {
  const { admin } = deps;
  const takesToken = admin.token !== null;
  const tried = await attempt(c, deps, (await fieldOf(c, "token")).trim());
  if (tried.kind !== "right") await noteFailedSignIn(deps);
  if (tried.kind === "too many") {
    c.header("retry-after", String(tried.retryAfterS));
    const minutes = String(Math.ceil(tried.retryAfterS / 60));
    const problem = `Too many wrong tokens have come from here. Try again in ${minutes} min.`;
    return show(c, <SignInPage takesToken={takesToken} problem={problem} />, 429);
  }
  if (tried.kind === "wrong" || admin.token === null) return c.redirect(`${SIGN_IN}?wrong=1`, 303);
  await startSession(c, deps, admin.token);
  setWho(c, ADMIN_TOKEN);
  note(c, "signed_in");
  await saveNoted(c, deps);
  return c.redirect(pageIn(getCookie(c, NEXT_COOKIE) ?? "") ?? "/console", 303);
}

/** The sign-in form; a person who is signed in through Access does not need it. */
export async function signInForm(c: Context, deps: AdminApiDeps): Promise<Response> {
  if ((await throughAccess(c, deps)) !== null) return c.redirect("/console", 303);
  const problem = c.req.query("wrong") === "1" ? "That is not the admin token." : null;
  return show(c, <SignInPage takesToken={deps.admin.token !== null} problem={problem} />);
}

/**
 * Ends the session here and, if Access has admitted the person, its session too: otherwise they would still be signed
 * in. This needs a page in between: Access redirects to the team's own host, the content security policy allows no form
 * to go there, and browsers also apply the policy to the redirect of a form.
 */
export async function signOut({ c, deps }: PageContext): Promise<Response> {
  await endSession(c, deps);
  note(c, "signed_out");
  const who = await throughAccess(c, deps);
  if (who === null) return c.redirect(SIGN_IN, 303);
  c.header("refresh", `0; url=${ACCESS_SIGN_OUT}`);
  return show(c, <LeavingPage to={ACCESS_SIGN_OUT} />);
}

export function redirectToSignIn(c: Context): Response {
  if (c.req.header("hx-request") !== undefined) {
    c.header("hx-redirect", SIGN_IN);
    return c.body(null, 401);
  }
  // The cookie is SameSite=Strict, so a link from another site comes without it. A refresh from here sends it.
  if (c.req.method === "GET" && c.req.header("sec-fetch-site") === "cross-site") {
    c.header("refresh", "0");
    const text = "One moment, please.";
    return show(c, <PlainPage title="Opening the console" text={text} who={null} />);
  }
  if (c.req.method === "GET") {
    // Without the query: a cookie must not contain the address or number that a person searched for.
    const { pathname } = new URL(c.req.url);
    if (pathname.length < 2_000) setCookie(c, NEXT_COOKIE, pathname, nextCookie);
  }
  return c.redirect(SIGN_IN, 303);
}

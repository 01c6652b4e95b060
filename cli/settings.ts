/**
 * The receiver's URL, and the secrets to sign and to authenticate with: from a flag, otherwise the environment,
 * otherwise the file .dev.vars that `npm start` creates. No message ever quotes a secret.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { Failure } from "./failure.ts";

export const DEFAULT_URL = "http://127.0.0.1:8787";
/** Created by `npm start`; wrangler and this command line read it. */
export const devVars = new URL("../.dev.vars", import.meta.url);

/** The flags as parsed. */
export interface SettingFlags {
  readonly url?: string;
  readonly secret?: string;
  readonly token?: string;
  readonly devVars?: string;
}

export interface Sourced {
  readonly value: string;
  /** The place where the value was found, for messages. */
  readonly source: string;
}

export interface Settings {
  /** Without a trailing slash. */
  readonly url: string;
  /** The receiver runs on this machine. */
  readonly isLocal: boolean;
  readonly secret: Sourced | null;
  readonly previousSecret: Sourced | null;
  readonly token: Sourced | null;
  /** Headers of a service token, if Cloudflare Access is in front of the receiver. */
  readonly access: Readonly<Record<string, string>>;
}

type Env = Readonly<Record<string, string | undefined>>;

function readFile(path: string | undefined): { readonly name: string; readonly vars: Env } {
  const name = path ?? ".dev.vars";
  const file = path ?? devVars;
  if (!existsSync(file)) {
    if (path === undefined) return { name, vars: {} };
    throw new Failure("usage", `There is no file ${path}`);
  }
  try {
    // An editor on Windows may write a byte order mark before the first name.
    return { name, vars: parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, "")) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure("usage", `${name} cannot be read: ${why}`);
  }
}

/** Blank counts as unset, as it does in the receiver. */
function find(
  name: string,
  flag: readonly [name: string, value: string | undefined] | null,
  env: Env,
  file: ReturnType<typeof readFile>,
): Sourced | null {
  const places: readonly (readonly [string, string | undefined])[] = [
    ...(flag === null ? [] : [flag]),
    [`${name} in the environment`, env[name]],
    [`${name} in ${file.name}`, file.vars[name]],
  ];
  for (const [source, value = ""] of places) {
    if (value.trim() === "") continue;
    const text = value.trim();
    if (/\p{Cc}/u.test(text))
      throw new Failure("usage", `${source} has a line break in it; give it without`);
    return { value: text, source };
  }
  return null;
}

/** For a value in a header, which may contain only ASCII; the receiver accepts no other token either. */
function findForHeader(...from: Parameters<typeof find>): Sourced | null {
  const found = find(...from);
  if (found === null || /^[\x20-\x7e]*$/.test(found.value)) return found;
  throw new Failure(
    "usage",
    `${found.source} has characters beyond ASCII, and a header cannot carry them; set another one`,
  );
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function withScheme(text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) return text;
  const isLocal = loopback.test(text.replace(/(:\d+)?(\/.*)?$/, ""));
  return `${isLocal ? "http" : "https"}://${text}`;
}

/** The origin and path before `/api/…`; a complete webhook URL is accepted too. */
function parseUrl({ value, source }: Sourced): URL {
  const url = URL.parse(withScheme(value));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Failure(
      "usage",
      `${source} is no http or https URL; give one such as ${DEFAULT_URL}`,
    );
  }
  if (url.protocol === "http:" && !loopback.test(url.hostname)) {
    throw new Failure(
      "usage",
      `${source} has no TLS: token and events could be read on their way; give https://${url.host}`,
    );
  }
  url.pathname = url.pathname.replace(
    /(\/api)?\/webhooks\/ce.*$|\/api\/admin.*$|\/console.*$|\/+$/,
    "",
  );
  url.search = "";
  url.hash = "";
  return url;
}

/** One more setting of this machine, from the environment or .dev.vars; null if it is not set. */
export function settingOf(name: string, flags: SettingFlags, env: Env): Sourced | null {
  return find(name, null, env, readFile(flags.devVars));
}

export function loadSettings(flags: SettingFlags, env: Env): Settings {
  const file = readFile(flags.devVars);
  const url = parseUrl(
    find("CE_WEBHOOKS_URL", ["--url", flags.url], env, file) ?? {
      value: DEFAULT_URL,
      source: "the default",
    },
  );
  const isLocal = loopback.test(url.hostname);
  const token = findForHeader("ADMIN_TOKEN", ["--token", flags.token], env, file);
  const id = findForHeader("CF_ACCESS_CLIENT_ID", null, env, file);
  const key = findForHeader("CF_ACCESS_CLIENT_SECRET", null, env, file);
  // The token of the local receiver must not be sent to another host.
  const isForeign = token?.source.endsWith(` in .dev.vars`) === true && !isLocal;
  return {
    url: url.href.replace(/\/+$/, ""),
    isLocal,
    secret: find("CE_WEBHOOK_SECRET", ["--secret", flags.secret], env, file),
    previousSecret: find("CE_WEBHOOK_SECRET_PREVIOUS", null, env, file),
    token: isForeign ? null : token,
    access:
      id === null || key === null
        ? {}
        : { "cf-access-client-id": id.value, "cf-access-client-secret": key.value },
  };
}

export function requireSecret({ secret, isLocal }: Settings): Sourced {
  if (secret !== null) return secret;
  const how = isLocal ? "npm start makes one in .dev.vars; or set" : "set";
  throw new Failure("usage", `No secret to sign with: ${how} CE_WEBHOOK_SECRET`);
}

/** Cloudflare Access alone may be enough. */
export function requireToken(settings: Settings): void {
  if (settings.token !== null || Object.keys(settings.access).length > 0) return;
  const how = settings.isLocal
    ? "add ADMIN_TOKEN=<something random> to .dev.vars and start the receiver again, or set ADMIN_TOKEN"
    : "set ADMIN_TOKEN";
  throw new Failure("usage", `No token for the admin API: ${how}`);
}

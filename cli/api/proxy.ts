/**
 * The proxy for requests to other machines, from the environment: HTTPS_PROXY, otherwise HTTP_PROXY, except for the
 * hosts in NO_PROXY. A receiver on this machine is always requested directly.
 */
import http from "node:http";
import { Failure } from "../failure.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface ForwardProxy {
  /** The variable that names it. */
  readonly name: string;
  readonly url: string;
  /** For messages: without the user and the password. */
  readonly host: string;
  /** Hosts in the form of NO_PROXY. */
  readonly direct: string;
}

const LOOPBACK = "localhost,127.0.0.1,[::1]";

/** The variable in lower case takes precedence, as in curl and Node. */
function firstOf(
  names: readonly string[],
  env: Env,
): readonly [name: string, value: string] | null {
  for (const name of names.flatMap((one) => [one.toLowerCase(), one])) {
    const value = env[name]?.trim() ?? "";
    if (value !== "") return [name, value];
  }
  return null;
}

/** The hosts that need no proxy, in the form of NO_PROXY: this machine, and those from the environment. */
export function directHosts(env: Env): string {
  const [, given = ""] = firstOf(["NO_PROXY"], env) ?? [];
  if (given === "*") return given;
  return given === "" ? LOOPBACK : `${LOOPBACK},${given}`;
}

/** Null if there is none. Throws if it cannot be used; its password is never quoted. */
export function proxyOf(env: Env): ForwardProxy | null {
  const named = firstOf(["HTTPS_PROXY", "HTTP_PROXY"], env);
  const direct = directHosts(env);
  if (named === null || direct === "*") return null;
  const [name, value] = named;
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const example = "http://proxy.example:3128";
    throw new Failure("usage", `${name} is no http or https URL of a proxy, such as ${example}`);
  }
  return { name, url: url.href, host: url.host, direct };
}

/**
 * Sends every request of this process to other machines through the proxy, if there is a usable one, until the returned
 * function is called.
 */
export function routeThroughProxy(env: Env): () => void {
  const nothing = (): void => undefined;
  try {
    const proxy = proxyOf(env);
    if (proxy === null) return nothing;
    const { url, direct } = proxy;
    return http.setGlobalProxyFromEnv({ http_proxy: url, https_proxy: url, no_proxy: direct });
  } catch (error) {
    // A request to another machine reports it; a receiver on this one needs no proxy.
    if (!(error instanceof Failure)) throw error;
    return nothing;
  }
}

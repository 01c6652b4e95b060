/** One request to the receiver. If there is no answer, the error says why. */
import { Failure } from "../failure.ts";
import type { ForwardProxy } from "./proxy.ts";

const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A server may close a connection while the next request is written to it: because it has answered before it read the
 * whole body, or because it refuses a body that is still being sent. Whether the client then sees an answer is random,
 * so a repeatable request is tried three times.
 */
const TRIES_WHERE_REPEATABLE = 3;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface HttpRequest {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMs?: number;
  /** Several requests have the same effect as one, as for every GET and for a delivery with its id. */
  readonly isRepeatable?: boolean;
}

export type Http = (url: string, request?: HttpRequest) => Promise<Answer>;

/** Usual behind a proxy that decrypts TLS. */
const UNKNOWN_AUTHORITY =
  "Node does not know who signed its certificate (NODE_EXTRA_CA_CERTS=<file>, or NODE_USE_SYSTEM_CA=1)";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be looked up",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  ...Object.fromEntries(
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ].map((code) => [code, UNKNOWN_AUTHORITY]),
  ),
};

/** Several addresses of a host give several errors; the first one is used. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && error.code !== "") return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

/** "fetch failed" does not say why; its cause does. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : messageOf(error.cause);
}

function isLocal(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
}

/** The answer of a proxy that refuses to pass a request on. */
function refusalOf(message: string): string | null {
  const [, status] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  if (status === undefined) return null;
  const more = status === "407" ? ": it wants http://<user>:<password>@<host>" : "";
  return `the proxy answered ${status}${more}`;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  if (isLate) return `no answer within ${timeoutMs / 1000} s`;
  const message = messageOf(error);
  const code = codeOf(error) ?? message;
  return refusalOf(message) ?? reasons[code] ?? code;
}

function unreachable(
  url: string,
  error: unknown,
  timeoutMs: number,
  proxy: ForwardProxy | null,
): Failure {
  const { origin } = new URL(url);
  const there =
    proxy === null ? "is --url right?" : `are --url and ${proxy.name} (${proxy.host}) right?`;
  const hint = isLocal(url) ? "start it with npm start, or give --url" : there;
  const why = reasonOf(error, timeoutMs);
  return new Failure("unreachable", `Cannot reach ${origin}: ${why}; ${hint}`, true);
}

async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** `signal` aborts requests. `findProxy`: the proxy for requests to other machines; it may throw. */
export function createHttp(
  signal: AbortSignal,
  findProxy: () => ForwardProxy | null = () => null,
): Http {
  return async (url, request = {}) => {
    const { method = "GET", headers, body, timeoutMs = REQUEST_TIMEOUT_MS } = request;
    const { isRepeatable = method === "GET" } = request;
    const proxy = isLocal(url) ? null : findProxy();
    const tries = isRepeatable ? TRIES_WHERE_REPEATABLE : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(url, {
          method,
          redirect: "manual",
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          ...(headers === undefined ? {} : { headers }),
          ...(body === undefined ? {} : { body }),
        });
      } catch (error) {
        signal.throwIfAborted();
        const wasCut = reasons[codeOf(error) ?? ""] === reasons["EPIPE"];
        if (!wasCut || attempt >= tries) throw unreachable(url, error, timeoutMs, proxy);
      }
    }
  };
}

/** The parsed JSON body, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The `error` of a refusal, otherwise the beginning of its text. */
export function errorOf({ text, status }: Answer): string {
  const body = parseJson(text);
  if (typeof body === "object" && body !== null && "error" in body) return String(body.error);
  const first = text.trim().split("\n")[0] ?? "";
  return first === "" || first.startsWith("<")
    ? `an answer ${status} without a reason`
    : first.slice(0, 200);
}

/** Sends one POST to a provider. Defines what its answer means if the provider has no rule of its own. */
import { isObject, parseJson } from "../../events/values";
import { ANSWER_MAX_BYTES } from "../../limits";
import { isErrorWord } from "./answer-words";
import type { ChannelDeps, Outcome } from "./channel";
import { parseRetryAfter } from "./retry-after";

/** The pause after a 429 that states none. */
const PAUSE_MS = 1_000;

export type Answer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | null;
    }
  /** The request could not be made: no header can carry the credential or the address. */
  | { readonly kind: "unsent" }
  /** It may have been sent; no answer came. */
  | { readonly kind: "silent"; readonly error: string };

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The beginning of a body. If it breaks off, or is ended after the time-out, the status before it still counts. */
async function readStart(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes < ANSWER_MAX_BYTES) {
      const { done, value } = await reader.read();
      if (done) return text;
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    return text;
  }
  return text;
}

/** Sends `make()`. A redirect is returned as the answer, since a POST that follows one may lose its body. */
export async function post(
  deps: ChannelDeps,
  make: () => Post | Promise<Post>,
  signal: AbortSignal,
): Promise<Answer> {
  const { fetch } = deps;
  let request: Request;
  try {
    const { url, headers, body } = await make();
    request = new Request(url, { method: "POST", headers, body, redirect: "manual", signal });
  } catch {
    return { kind: "unsent" };
  }
  try {
    const response = await fetch(request);
    const retryAfter = response.headers.get("retry-after");
    return {
      kind: "answered",
      status: response.status,
      retryAfterMs: parseRetryAfter(retryAfter, deps.now().getTime()),
      body: await readStart(response),
    };
  } catch {
    return { kind: "silent", error: signal.aborted ? "no answer in time" : "connection cut" };
  }
}

/** The fields of a JSON object; empty if it is something else. */
export function jsonFields(body: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(body);
  return isObject(parsed) ? parsed : {};
}

/** A text field of a JSON answer; null if there is none. */
export function textField(body: string, name: string): string | null {
  const value = jsonFields(body)[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The status, and the provider's own name or code of the error. Nothing else of the answer is kept. */
export function describeAnswer(status: number, body: string): string {
  const { name, code } = jsonFields(body);
  const words = [name, code, body.trim()].filter(isErrorWord);
  return [status, ...words].join(" ");
}

/** The same, with the status also as a field of its own, for the attempts that are kept. */
export function refusalOf(status: number, body: string) {
  const error = describeAnswer(status, body);
  return { error, answered: { status, start: error.slice(`${String(status)} `.length) } };
}

/** Answers that are temporary: too early, too slow, or an error of the provider. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status >= 500;
}

/** Answers that apply to every message: credentials, payment, permission, or another address. */
function isDown(status: number): boolean {
  return status === 401 || status === 402 || status === 403 || (status >= 300 && status < 400);
}

/**
 * Answers that do not come from the provider. Cloudflare's edge returns 520, 522 and 524 if an origin breaks off or
 * does not answer. wrangler's test harness (4.155) turns a cut connection into a 500 with this text; workerd itself
 * throws.
 */
function isSilence(status: number, body: string): boolean {
  return (
    status === 520 ||
    status === 522 ||
    status === 524 ||
    (status === 500 && body === "TypeError: fetch failed")
  );
}

/** The outcome of an answer; `idOf` finds the provider's id in the body of a success. */
export function outcomeOf(answer: Answer, idOf: (body: string) => string | null): Outcome {
  if (answer.kind === "unsent") {
    return { kind: "down", error: "no request could be made with this configuration" };
  }
  if (answer.kind === "silent") return { kind: "unknown", error: answer.error };
  const { status, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) {
    return { kind: "sent", providerMessageId: idOf(body), answered: { status, start: "" } };
  }
  if (isSilence(status, body)) return { kind: "unknown", error: "connection cut" };
  const refusal = refusalOf(status, body);
  if (status === 429) return { kind: "retry", retryAfterMs: retryAfterMs ?? PAUSE_MS, ...refusal };
  if (isPassing(status)) return { kind: "retry", retryAfterMs, ...refusal };
  if (isDown(status)) return { kind: "down", ...refusal };
  return { kind: "rejected", ...refusal };
}

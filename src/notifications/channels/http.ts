/** One POST to a provider, and what its answer means where the provider says nothing special. */
import { isObject, parseJson } from "../../events/values";
import { ANSWER_MAX_BYTES } from "../../limits";
import { isErrorWord } from "./answer-words";
import type { ChannelDeps, Outcome } from "./channel";
import { parseRetryAfter } from "./retry-after";

/** What a 429 asks for that does not say how long. */
const PAUSE_MS = 1_000;

export type Answer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | null;
    }
  /** The request could not even be made: a credential or an address that no header can carry. */
  | { readonly kind: "unsent" }
  /** It may have gone out; no answer came. */
  | { readonly kind: "silent"; readonly error: string };

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The beginning of a body; a body that breaks off does not undo the status before it. */
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

/** Sends `make()`; a redirect is an answer, since a POST that follows one may lose its body. */
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

/** The fields of a JSON object; none where it is something else. */
export function jsonFields(body: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(body);
  return isObject(parsed) ? parsed : {};
}

/** A text field of a JSON answer, null where there is none. */
export function textField(body: string, name: string): string | null {
  const value = jsonFields(body)[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The status, and the provider's own name or code of the error; nothing else of the answer is kept. */
export function describeAnswer(status: number, body: string): string {
  const { name, code } = jsonFields(body);
  const words = [name, code, body.trim()].filter(isErrorWord);
  return [status, ...words].join(" ");
}

/** The same, apart from the status: for the attempts that are kept. */
export function refusalOf(status: number, body: string) {
  const error = describeAnswer(status, body);
  return { error, answered: { status, start: error.slice(`${String(status)} `.length) } };
}

/** Answers that say "not now": too early, too slow, or the provider's own trouble. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status >= 500;
}

/** Answers that hold for every message: credentials, payment, permission, or another address. */
function isDown(status: number): boolean {
  return status === 401 || status === 402 || status === 403 || (status >= 300 && status < 400);
}

/**
 * Answers that the provider did not give. Cloudflare's edge says 520, 522 and 524 where an origin
 * broke off or fell silent, and wrangler's test harness (4.155) turns a connection that was cut into
 * a 500 of these words where workerd itself throws.
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

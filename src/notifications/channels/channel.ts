/**
 * What every channel is: one way out, which turns a message into one request and the provider's
 * answer into one of six outcomes. What follows from an outcome is decided once, in outcome.ts.
 */

export type Outcome =
  | { readonly kind: "sent"; readonly providerMessageId: string | null }
  /** It was not taken, and may be another time: 429, 5xx. `retryAfterMs`: it asks for a pause. */
  | { readonly kind: "retry"; readonly error: string; readonly retryAfterMs: number | null }
  /** It will never be taken: 400, 404, 422. */
  | { readonly kind: "rejected"; readonly error: string }
  /** Nobody's message gets through until a person acts: 401, 402, 403. */
  | { readonly kind: "down"; readonly error: string }
  /** The request went out and no answer came: it may have been taken. */
  | { readonly kind: "unknown"; readonly error: string }
  /** The endpoint wants nothing more, ever: 410. */
  | { readonly kind: "gone"; readonly error: string };

export interface Channel<Message> {
  /** True where the provider takes a repeat under the same key for the same message. */
  readonly takesKey: boolean;
  /** Milliseconds that the provider wants between two requests: pace.ts. */
  readonly gapMs: number;
  /** Never throws. `signal` ends the request; what has no answer by then is `unknown`. */
  readonly send: (message: Message, key: string, signal: AbortSignal) => Promise<Outcome>;
}

export type Fetch = (request: Request) => Promise<Response>;

export interface ChannelDeps {
  readonly fetch: Fetch;
  readonly now: () => Date;
}

/**
 * What every channel is: one way out. Its definition says who is reached through it and how, and makes a
 * message of what a template says; a connection turns a message into one request and the provider's answer
 * into one of six outcomes. What follows from an outcome is decided once, in outcome.ts.
 */
import type * as z from "zod/mini";
import type { ChannelSetting, ChannelsConfig, Sender } from "../../config";
import type { Shop } from "../shop";
import type { LayoutInput } from "../templates/template";
import type { Texts } from "../texts/say";
import type { EmailBinding } from "./email/cloudflare";

/** What was answered: the status, and the beginning of it without personal data. */
interface Answered {
  readonly status: number;
  readonly start: string;
}

export type Outcome = OutcomeKind & { readonly answered?: Answered };

type OutcomeKind =
  | { readonly kind: "sent"; readonly providerMessageId: string | null }
  /** It was not taken, and may be another time: 429, 5xx. `retryAfterMs`: it asks for a pause. */
  | { readonly kind: "retry"; readonly error: string; readonly retryAfterMs: number | null }
  /** It will never be taken: 400, 404, 422. */
  | { readonly kind: "rejected"; readonly error: string }
  /** Nobody's message gets through until a person intervenes: 401, 402, 403. */
  | { readonly kind: "down"; readonly error: string }
  /** The request went out and no answer came: it may have been taken. */
  | { readonly kind: "unknown"; readonly error: string }
  /** The endpoint wants nothing more, ever: 410. */
  | { readonly kind: "gone"; readonly error: string };

export interface Connection<Message> {
  /** True where the provider takes a repeat under the same key for the same message. */
  readonly takesKey: boolean;
  /** Milliseconds that the provider wants between two requests; 0: none. */
  readonly gapMs: number;
  /** The one endpoint that all its messages go to: stored with each. */
  readonly endpoint?: string;
  /** Never throws. `signal` ends the request; what has no answer by then is `unknown`. */
  send(message: Message, key: string, signal: AbortSignal): Promise<Outcome>;
}

/** Cloudflare's e-mail binding where it is bound, and who writes. */
export interface BoundEmail {
  readonly binding: EmailBinding;
  readonly sender: Sender;
}

export type Fetch = (request: Request) => Promise<Response>;

export interface ChannelDeps {
  readonly fetch: Fetch;
  readonly now: () => Date;
}

/** Who hears of it: a customer, the shop's own people, or another system. */
export type Audience = "customer" | "team" | "system";

/** What an order says of how its customer is reached. */
interface Contacts {
  readonly customer_email: string | null;
  readonly customer_phone: string | null;
}

/** How the customer of an order is reached. */
export interface RecipientRule {
  readonly of: (order: Contacts) => string | null;
  /** Null where the text is nothing that can be written to. */
  readonly parse: (text: string) => string | null;
  /** The reason where the order names none. */
  readonly missing: string;
  /** Data-subject identifiers of a recipient: by them the suppression list knows who was erased. */
  readonly identify: (recipient: string) => readonly string[];
}

/** What a message is made for. `recipient` is empty where the channel has no rule for one. */
interface Address {
  readonly template: string;
  readonly recipient: string;
  readonly shop: Shop;
  readonly texts: Texts;
  /** Where its recipient unsubscribes, if it is marketing; null: there is no link. */
  readonly unsubscribeUrl: string | null;
}

/** A message as the console shows it. */
export interface Shown {
  readonly subject?: string;
  readonly html?: string;
  readonly text: string;
  /** What the provider was given, beside the text. */
  readonly source?: { readonly title: string; readonly value: unknown };
}

/** Methods where a type parameter is taken, so that the registry can hold them all. */
export interface ChannelDefinition<Content = unknown, Message = unknown> {
  /** How a sentence to a person begins that is about it. */
  readonly label: string;
  readonly audience: Audience;
  /**
   * The settings, and bindings, that it cannot do without: of each group one is enough. Where some are there
   * and others are not, it is meant to be set up (setup.ts).
   */
  readonly needs: readonly (readonly (ChannelSetting | "EMAIL")[])[];
  /** Settings of which one says that it is meant to be set up; without it, any of those that it needs. */
  readonly meantBy?: readonly ChannelSetting[];
  /** Null where it leads to whoever the settings name. */
  readonly recipient: RecipientRule | null;
  /** Whether a message without an answer may be repeated; a provider that is connected says for itself. */
  readonly takesKey: boolean;
  /** It reaches a telephone at once, so it waits while people sleep. */
  readonly keepsQuietHours?: true;
  /** Few shops have it: no row is written for it before it has ever been set up. */
  readonly isOptional?: true;
  /** What cannot be sent is kept and tried again until retention ends it. */
  readonly isRetriedForEver?: true;
  /**
   * It goes out wherever another channel does, and is made from the facts: templates say nothing about it. `text`:
   * the template, and where it has several texts which one.
   */
  readonly beside?: {
    readonly channel: "sms";
    layOut(input: LayoutInput, text: string): Content;
  };
  /** Why what is to be said cannot be sent, ever; null where it can. */
  whyUnsent?(content: Content): string | null;
  compose(content: Content, address: Address): Message;
  /** What is stored of a message with its row; null where it is made again from the stored event. */
  readonly stored: z.ZodMiniType<Message> | null;
  /** What the console says where nothing is stored. */
  readonly note?: string;
  show(message: Message): Shown;
  /** Null where its settings are missing. */
  connect(
    settings: ChannelsConfig,
    deps: ChannelDeps,
    bound: BoundEmail | null,
  ): Connection<Message> | null;
}

/**
 * Milliseconds from one request to the next, as the provider at `host` asks for. A proxy, a test or the
 * shop's own endpoint has rules of its own: there the concurrency is the limit, and a 429 slows the run
 * down wherever it comes from. A pace holds for one run; of runs that overlap each has it.
 */
export function gapAt(url: string, host: string, gapMs: number): number {
  return URL.parse(url)?.hostname === host ? gapMs : 0;
}

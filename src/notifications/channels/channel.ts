/**
 * The interface of every channel. Its definition states its recipients and how it reaches them, and makes a message
 * from the content of a template. A connection turns a message into one request, and the provider's answer into one
 * of six outcomes. Only outcome.ts decides what follows from an outcome.
 */
import type * as z from "zod/mini";
import type { ChannelSetting, ChannelsConfig, Sender } from "../../config";
import type { Shop } from "../shop";
import type { LayoutInput } from "../templates/template";
import type { Texts } from "../texts/say";
import type { EmailBinding } from "./email/cloudflare";

/** The provider's answer: the status, and the beginning of the body without personal data. */
interface Answered {
  readonly status: number;
  readonly start: string;
}

export type Outcome = OutcomeKind & { readonly answered?: Answered };

type OutcomeKind =
  | { readonly kind: "sent"; readonly providerMessageId: string | null }
  /** Not accepted now, perhaps later: 429, 5xx. `retryAfterMs`: the pause that the provider asks for. */
  | { readonly kind: "retry"; readonly error: string; readonly retryAfterMs: number | null }
  /** It will never be accepted: 400, 404, 422. */
  | { readonly kind: "rejected"; readonly error: string }
  /** The provider accepts no message until a person intervenes: 401, 402, 403. */
  | { readonly kind: "down"; readonly error: string; readonly retryAfterMs?: number }
  /** The request was sent and no answer came: it may have been accepted. */
  | { readonly kind: "unknown"; readonly error: string }
  /** The endpoint wants no more events, ever: 410. */
  | { readonly kind: "gone"; readonly error: string };

export interface Connection<Message> {
  /** True if the provider recognizes a repeat under the same key, and accepts it only once. */
  readonly takesKey: boolean;
  /** Milliseconds that the provider requires between two requests; 0: none. */
  readonly gapMs: number;
  /** The one endpoint of all its messages; it is stored with each. */
  readonly endpoint?: string;
  /** Never throws. `signal` ends the request; without an answer by then, the outcome is `unknown`. */
  send(message: Message, key: string, signal: AbortSignal): Promise<Outcome>;
}

/** Cloudflare's e-mail binding, and the sender. */
export interface BoundEmail {
  readonly binding: EmailBinding;
  readonly sender: Sender;
}

export type Fetch = (request: Request) => Promise<Response>;

export interface ChannelDeps {
  readonly fetch: Fetch;
  readonly now: () => Date;
}

/** Who receives it: a customer, the shop's team, or another system. */
export type Audience = "customer" | "team" | "system";

/** The contact data of an order's customer. */
interface Contacts {
  readonly customer_email: string | null;
  readonly customer_phone: string | null;
}

/** How a channel finds the recipient of an order. */
export interface RecipientRule {
  readonly of: (order: Contacts) => string | null;
  /** Null if the text is not a usable recipient. */
  readonly parse: (text: string) => string | null;
  /** The reason if the order has none. */
  readonly missing: string;
  /** Data-subject identifiers of a recipient, for the suppression list. */
  readonly identify: (recipient: string) => readonly string[];
}

/** What a message is made for. `recipient` is empty if the channel has no rule for one. */
interface Address {
  readonly template: string;
  readonly recipient: string;
  readonly shop: Shop;
  readonly texts: Texts;
  /** The link to unsubscribe, if it is marketing; null: there is no link. */
  readonly unsubscribeUrl: string | null;
}

/** A message as the console shows it. */
export interface Shown {
  readonly subject?: string;
  readonly html?: string;
  readonly text: string;
  /** What the provider gets in addition to the text. */
  readonly source?: { readonly title: string; readonly value: unknown };
}

/** Functions that take a type parameter are methods, so that one registry can hold all channels. */
export interface ChannelDefinition<Content = unknown, Message = unknown> {
  /** The beginning of a sentence about the channel. */
  readonly label: string;
  readonly audience: Audience;
  /**
   * The settings and bindings that it needs: of each group one is enough. If some are present and others are not, the
   * channel should be set up (setup.ts).
   */
  readonly needs: readonly (readonly (ChannelSetting | "EMAIL")[])[];
  /** One of these settings shows that the channel should be set up. Absent: any setting that it needs does. */
  readonly meantBy?: readonly ChannelSetting[];
  /** Null if the settings name the recipient. */
  readonly recipient: RecipientRule | null;
  /** Whether a message without an answer may be retried; the value of a connected provider overrides it. */
  readonly takesKey: boolean;
  /** It reaches a telephone at once, so it waits while people sleep. */
  readonly keepsQuietHours?: true;
  /** Few shops have it: no row is written for it until it is set up for the first time. */
  readonly isOptional?: true;
  /** A message that cannot be sent is kept and retried until its retention ends. */
  readonly isRetriedForEver?: true;
  /**
   * It is sent whenever another channel is, and is made from the facts: templates do not define it. `text`: the
   * template, and which of its texts if it has several.
   */
  readonly beside?: {
    readonly channel: "sms";
    layOut(input: LayoutInput, text: string): Content;
  };
  /** Why the content can never be sent; null if it can. */
  whyUnsent?(content: Content): string | null;
  compose(content: Content, address: Address): Message;
  /** The form in which a message is stored with its row; null if it is made again from the stored event. */
  readonly stored: z.ZodMiniType<Message> | null;
  /** What the console shows if nothing is stored. */
  readonly note?: string;
  show(message: Message): Shown;
  /** Null if its settings are missing. */
  connect(
    settings: ChannelsConfig,
    deps: ChannelDeps,
    bound: BoundEmail | null,
  ): Connection<Message> | null;
}

/**
 * Milliseconds between two requests, as the provider at `host` requires. A proxy, a test or the shop's own endpoint has
 * its own rules: there only the concurrency is limited. A 429 slows the run down for every host. The gap applies to one
 * run; runs that overlap do not share it.
 */
export function gapAt(url: string, host: string, gapMs: number): number {
  return URL.parse(url)?.hostname === host ? gapMs : 0;
}

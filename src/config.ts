/**
 * Turns vars and secrets into `Config`, checked once per isolate; no other code reads them. A malformed optional
 * value switches off its own feature and is named in `problems`; it never stops receipt. Blank counts as unset. No
 * problem ever quotes a value: it may be a secret.
 */
import type * as z from "zod/mini";
// With its ending: tools have Node read this file as it is.
import * as form from "./config-forms.ts";
import type { Country } from "./events/field-formats/phone.ts";
import { log } from "./log.ts";

/** What the receiver needs. `secrets` is null if `CE_WEBHOOK_SECRET` is unset: every delivery is refused. */
interface ReceiptConfig {
  readonly secrets: { readonly current: string; readonly previous: string | null } | null;
  readonly timeoutMs: number;
  readonly retired: boolean;
  /** The zone of times that are stated without one; null: UTC. */
  readonly timeZone: string | null;
}

export const DEFAULT_STORE_NAME = "Our store";

/** How the shop presents itself in messages, as vars state it; people may set it otherwise (notifications/shop/). */
export interface ShopConfig {
  readonly name: string;
  /** ISO 4217 code for amounts without a currency. */
  readonly currency: string;
  /** The zone in which people read times: an IANA name; null: the zone of the currency. */
  readonly timeZone: string | null;
  /** The address of this Worker, without a trailing slash; links to the console need it. */
  readonly publicUrl: string | null;
  /** The language of messages to customers, where the order states none: a tag such as `hi` or `en-IN`. */
  readonly locale: string;
  readonly reviewUrl: string | null;
  /** The page of an order, and the page where it is paid; `{order}` in them is its number. */
  readonly orderUrl: string | null;
  readonly paymentUrl: string | null;
  /** Courier name in lower case -> URL with `{awb}`, in addition to the built-in table. */
  readonly trackingUrls: Readonly<Record<string, string>>;
  /** Somebody reads what is sent to `EMAIL_REPLY_TO`: only then may an e-mail invite replies. */
  readonly takesReplies: boolean;
}

/** Values for what events do not state (projection/store-defaults.ts). */
interface DefaultsConfig {
  readonly country: Country;
  /** IANA name; null: times without a zone are UTC, and days are UTC's. */
  readonly timeZone: string | null;
}

/** The sender of e-mails: `Shop <orders@shop.example>` or a bare address. */
export interface Sender {
  readonly from: string;
  readonly replyTo: string | null;
}

export interface EmailConfig extends Sender {
  readonly apiKey: string;
  readonly baseUrl: string;
}

/** Of Twilio, which several channels may share. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  readonly baseUrl: string;
}

export interface SmsConfig extends TwilioAccount {
  readonly from: string;
}

export interface WhatsAppConfig extends TwilioAccount {
  /** E.164, or the SID of a messaging service. */
  readonly from: string;
}

export interface TeamConfig {
  readonly webhookUrl: string;
}

interface ForwardConfig {
  readonly url: string;
  /** Standard Webhooks secret: base64, with or without the `whsec_` prefix. */
  readonly secret: string;
}

/**
 * The settings that channels require, in the order in which a person would set them. The definition of each
 * channel says which of them it needs (notifications/channels/).
 */
const channelSettings = [
  "RESEND_API_KEY",
  "EMAIL_FROM",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_AUTH_TOKEN",
  "SMS_FROM",
  "WHATSAPP_FROM",
  "SLACK_WEBHOOK_URL",
  "FORWARD_URL",
  "FORWARD_SECRET",
] as const;
export type ChannelSetting = (typeof channelSettings)[number];

/** A channel is null if it has no usable credentials. */
export interface ChannelsConfig {
  /** Null if `EMAIL_FROM` is unset; Cloudflare's own e-mail binding needs only this. */
  readonly sender: Sender | null;
  readonly email: EmailConfig | null;
  readonly sms: SmsConfig | null;
  readonly whatsapp: WhatsAppConfig | null;
  readonly team: TeamConfig | null;
  /** The endpoint `default`. */
  readonly forward: ForwardConfig | null;
  /** FORWARD_SECRET, which the secrets of all other endpoints are derived from. */
  readonly forwardSecret: string | null;
}

/** What the projection needs when it writes outbox rows. */
interface OutboxConfig {
  /** FORWARD_URL is stated: the endpoint `default` gets every event. */
  readonly forwardsByDefault: boolean;
  readonly reviewDelayMs: number;
}

/** Every secret, in the order in which a person would set them. */
export const secretNames = [
  "CE_WEBHOOK_SECRET",
  "CE_WEBHOOK_SECRET_PREVIOUS",
  "ADMIN_TOKEN",
  "RESEND_API_KEY",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_AUTH_TOKEN",
  "SLACK_WEBHOOK_URL",
  "FORWARD_SECRET",
  "LINK_SECRET",
] as const;

/** Which environment this receiver is in, and who may receive its messages. */
interface AudienceConfig {
  /** `production`, `staging` …; `unknown` if the stated name cannot be used. */
  readonly environment: string;
  /**
   * Who may receive customers' messages (events/field-formats/allowlist.ts). Null: everyone, in production. Empty:
   * no one.
   */
  readonly allowlist: readonly string[] | null;
}

export interface Config {
  readonly receipt: ReceiptConfig;
  readonly shop: ShopConfig;
  readonly defaults: DefaultsConfig;
  readonly channels: ChannelsConfig;
  /** The stated settings, whether or not they can be used. */
  readonly statedChannelSettings: readonly ChannelSetting[];
  readonly audience: AudienceConfig;
  readonly outbox: OutboxConfig;
  /** A customer's message that is late by more than this is suppressed; null: no limit. */
  readonly notifyMaxAgeMs: number | null;
  /** The team is alerted if no authentic event arrives for this long; null: never. */
  readonly silenceAlertMs: number | null;
  /** Signs the links that customers unsubscribe by; null: messages have none. */
  readonly linkSecret: string | null;
  readonly retention: {
    readonly days: number;
    readonly dedupeDays: number;
    /** What the database may hold. */
    readonly maxBytes: number;
    /** Days without a change after which a finished order is archived. */
    readonly orderDays: number;
  };
  readonly admin: {
    readonly token: string | null;
    readonly access: { readonly teamDomain: string; readonly audience: string } | null;
  };
  /** Which secrets are set; never their values. */
  readonly secrets: Readonly<Record<string, boolean>>;
  /** One sentence for each value that could not be used. */
  readonly problems: readonly string[];
}

const HOUR_MS = 3_600_000;
const MB = 1_000_000;

/** Reads one name; an unusable value is reported and counts as unset. */
type Read = <T>(name: string, shape: z.ZodMiniType<T, string>, expected: string) => T | null;

/** What is stated; null if nothing is. A var in wrangler.toml can be any JSON. */
function statedText(env: object, name: string): string | null {
  const raw: unknown = Reflect.get(env, name) ?? null;
  const text = typeof raw === "string" ? raw : JSON.stringify(raw);
  return raw === null || text.trim() === "" ? null : text;
}

function reader(env: object, problems: string[]): Read {
  return (name, shape, expected) => {
    const text = statedText(env, name);
    if (text === null) return null;
    const parsed = shape.safeParse(text);
    if (parsed.success) return parsed.data;
    problems.push(`${name} is not usable and is ignored: expected ${expected}`);
    return null;
  };
}

function isStated(env: object, name: string): boolean {
  return statedText(env, name) !== null;
}

/** An unusable base URL switches its channel off: messages must not go to the default provider instead. */
function readBaseUrl(read: Read, env: object, name: string, otherwise: string): string | null {
  return read(name, form.baseUrl, "an https URL") ?? (isStated(env, name) ? null : otherwise);
}

function readSecrets(env: object): Config["secrets"] {
  return Object.fromEntries(secretNames.map((name) => [name, isStated(env, name)]));
}

/** The environment of a Worker whose stated name cannot be used. */
export const UNKNOWN_ENVIRONMENT = "unknown";

/** An unusable value restricts: an unusable environment name is not production, and an unusable list is empty. */
function readAudience(read: Read, env: object): AudienceConfig {
  const expected = "letters, digits, - and _; until then customers' messages are restricted";
  const stated = read("ENVIRONMENT", form.environmentName, expected);
  const environment = stated ?? (isStated(env, "ENVIRONMENT") ? UNKNOWN_ENVIRONMENT : "production");
  const list =
    "addresses, @domains and numbers with +, separated by commas; until then it is empty";
  const allowed = read("MESSAGE_ALLOWLIST", form.allowlist, list) ?? [];
  return { environment, allowlist: environment === "production" ? null : allowed };
}

function readChannels(read: Read, env: object): ChannelsConfig {
  const apiKey = read("RESEND_API_KEY", form.headerText, form.HEADER_TEXT);
  const from = read("EMAIL_FROM", form.address, "an address, or a name and <address>");
  const resendUrl = readBaseUrl(read, env, "RESEND_BASE_URL", "https://api.resend.com");
  const replyTo = read("EMAIL_REPLY_TO", form.address, "an address");
  const accountSid = read("TWILIO_ACCOUNT_SID", form.headerText, form.HEADER_TEXT);
  const authToken = read("TWILIO_AUTH_TOKEN", form.headerText, form.HEADER_TEXT);
  const twilioUrl = readBaseUrl(read, env, "TWILIO_BASE_URL", "https://api.twilio.com");
  const smsFrom = read(
    "SMS_FROM",
    form.present,
    "a number, a sender name or a messaging service id",
  );
  const whatsAppFrom = read("WHATSAPP_FROM", form.whatsAppSender, "a number with +, or MG…");
  const account =
    accountSid !== null && authToken !== null && twilioUrl !== null
      ? { accountSid, authToken, baseUrl: twilioUrl }
      : null;
  const slackUrl = read("SLACK_WEBHOOK_URL", form.endpoint, "an https URL");
  const forwardTo = read("FORWARD_URL", form.forwardUrl, form.FORWARD_URL);
  const secret = read(
    "FORWARD_SECRET",
    form.webhookSecret,
    "base64, with or without whsec_ before it",
  );
  const sender = from === null ? null : { from, replyTo };
  return {
    sender,
    email:
      apiKey !== null && sender !== null && resendUrl !== null
        ? { apiKey, ...sender, baseUrl: resendUrl }
        : null,
    sms: account !== null && smsFrom !== null ? { ...account, from: smsFrom } : null,
    whatsapp: account !== null && whatsAppFrom !== null ? { ...account, from: whatsAppFrom } : null,
    team: slackUrl !== null ? { webhookUrl: slackUrl } : null,
    forward: forwardTo !== null && secret !== null ? { url: forwardTo, secret } : null,
    forwardSecret: secret,
  };
}

/** Reads every var and secret once. Never throws. */
function readRetention(read: Read): Config["retention"] {
  return {
    days: read("RETENTION_DAYS", form.count(1, 36_500), "days") ?? 90,
    dedupeDays: read("DEDUPE_DAYS", form.count(1, 36_500), "days") ?? 400,
    maxBytes: (read("DATABASE_MAX_MB", form.count(100, 100_000), "megabytes") ?? 10_000) * MB,
    // A card payment can be disputed for 120 days: until then an order is likely to change again.
    orderDays: read("ORDER_DAYS", form.count(1, 36_500), "days") ?? 120,
  };
}

/** For the Worker of closed orders, which reads nothing else. Logs unusable values. */
export function loadRetention(env: object): Config["retention"] {
  const problems: string[] = [];
  const retention = readRetention(reader(env, problems));
  for (const message of problems) log.warn("config", { message });
  return retention;
}

export function parseConfig(env: object): Config {
  const problems: string[] = [];
  const read = reader(env, problems);
  const current = read("CE_WEBHOOK_SECRET", form.line, form.LINE);
  const previous = read("CE_WEBHOOK_SECRET_PREVIOUS", form.line, form.LINE);
  const domain = read("ACCESS_TEAM_DOMAIN", form.teamDomain, "<team>.cloudflareaccess.com");
  const audience = read("ACCESS_AUD", form.present, "text");
  const maxAge = read("NOTIFY_MAX_AGE_HOURS", form.hours(100_000), "hours, 0 for no limit") ?? 72;
  const silence = read("SILENCE_ALERT_HOURS", form.hours(10_000), "hours, 0 for never") ?? 0;
  const timeZone = read("STORE_TIME_ZONE", form.zone, "an IANA time zone such as Asia/Kolkata");
  const channels = readChannels(read, env);
  const reviewDelay = read("REVIEW_DELAY_HOURS", form.hours(10_000), "hours") ?? 24;
  return {
    receipt: {
      secrets: current === null ? null : { current, previous },
      timeoutMs: read("RECEIPT_TIMEOUT_MS", form.count(1, 60_000), "1 to 60000") ?? 2000,
      retired: read("RECEIVER_RETIRED", form.boolean, "true or false") ?? false,
      timeZone,
    },
    shop: {
      name: read("STORE_NAME", form.present, "text") ?? DEFAULT_STORE_NAME,
      currency: read("STORE_CURRENCY", form.currency, "a code of three letters") ?? "INR",
      timeZone,
      locale: read("STORE_LOCALE", form.locale, "a language such as en or hi") ?? "en",
      publicUrl: read("PUBLIC_URL", form.baseUrl, "an https URL"),
      reviewUrl: read("REVIEW_URL", form.endpoint, "an https URL"),
      orderUrl: read("ORDER_URL", form.endpoint, "an https URL"),
      paymentUrl: read("PAYMENT_URL", form.endpoint, "an https URL"),
      trackingUrls:
        read("TRACKING_URLS", form.trackingUrls, 'JSON such as {"courier": "https://…/{awb}"}') ??
        {},
      takesReplies: (channels.sender?.replyTo ?? null) !== null,
    },
    defaults: {
      country: read("STORE_COUNTRY", form.country, "a country code of two letters") ?? "IN",
      timeZone,
    },
    channels,
    statedChannelSettings: channelSettings.filter((name) => isStated(env, name)),
    audience: readAudience(read, env),
    outbox: {
      // One that cannot be used counts too: what is to be forwarded is kept until it can.
      forwardsByDefault: isStated(env, "FORWARD_URL"),
      reviewDelayMs: Math.round(reviewDelay * HOUR_MS),
    },
    notifyMaxAgeMs: maxAge === 0 ? null : Math.round(maxAge * HOUR_MS),
    silenceAlertMs: silence === 0 ? null : Math.round(silence * HOUR_MS),
    linkSecret: read("LINK_SECRET", form.line, form.LINE),
    retention: readRetention(read),
    admin: {
      token: read("ADMIN_TOKEN", form.headerText, form.HEADER_TEXT),
      access: domain !== null && audience !== null ? { teamDomain: domain, audience } : null,
    },
    secrets: readSecrets(env),
    problems: [...new Set(problems)],
  };
}

/** The requirements on the set-up around this Worker (store/set-up/missing-pieces.ts). */
export function expectedOf({ audience, receipt }: Config) {
  const canReceive = receipt.secrets !== null || receipt.retired;
  return { environment: audience.environment, canReceive };
}

const parsed = new WeakMap<object, Config>();

/** The configuration of this isolate's `env`, parsed at first use; unusable values are logged then. */
export function loadConfig(env: object): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const config = parseConfig(env);
  for (const message of config.problems) log.warn("config", { message });
  parsed.set(env, config);
  return config;
}

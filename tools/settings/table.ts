/**
 * Every setting of the Worker, one row each. docs/configuration.md, `.dev.vars.example` and the set-up
 * are generated from it. src/config.ts decides which values are accepted and which error the others get; a
 * test compares the two.
 */

interface Row {
  readonly name: string;
  /** A var unless stated. */
  readonly kind?: "secret";
  /** Its purpose, in one or two sentences. */
  readonly description: string;
  /** The default; left out if something is off without the setting. */
  readonly otherwise?: string;
  /** What happens if it is missing or unusable; left out if the default is used. */
  readonly without?: string;
  /** A realistic value, for `.dev.vars.example`. */
  readonly example?: string;
  /** Values that are accepted, and values that are refused; both left out if any text is accepted. */
  readonly taken?: readonly string[];
  readonly refused?: readonly string[];
}

const addresses = {
  taken: ["orders@shop.example", "Your shop <orders@shop.example>"],
  refused: ["Your shop", "a@b\nBcc: c@d"],
};
const endpoints = {
  taken: ["https://shop.example/path", "http://127.0.0.1:9000/x"],
  refused: ["shop.example", "http://shop.example", "ftp://shop.example"],
};
/** The signature is over bytes: any text is a key. White space around it is not part of it. */
const keys = {
  taken: ["0a1b2c", "correct horse", "schlüssel 🔑", " around \r\n"],
  refused: ["two\nlines"],
};
/** These are sent in a header. */
const tokens = {
  taken: ["0a1b2c", "correct horse", "re_1!~", " around \r\n"],
  refused: ["schlüssel", "🔑", "two\nlines"],
};
const booleans = { taken: ["true", "false", "1", "0", "yes", "no", "TRUE"], refused: ["on", "2"] };

const groups = {
  Receiving: [
    {
      name: "CE_WEBHOOK_SECRET",
      kind: "secret",
      description: "The secret that Commerce Engine signs with. The only required setting.",
      without: "every webhook is answered 503, and the log says how to set it",
      ...keys,
    },
    {
      name: "CE_WEBHOOK_SECRET_PREVIOUS",
      kind: "secret",
      description:
        "The previous secret, during a rotation: events signed with it are still accepted.",
      without: "only CE_WEBHOOK_SECRET is accepted",
      ...keys,
    },
    {
      name: "RECEIPT_TIMEOUT_MS",
      description:
        "How long D1 may take to store an event before the queue is used, in milliseconds. A twentieth of it, at least 150, counts as slow.",
      otherwise: "2000",
      example: "2000",
      taken: ["1", "60000"],
      refused: ["0", "60001", "2s", "1.5"],
    },
    {
      name: "RECEIVER_RETIRED",
      description:
        "Answers every webhook 410, which tells Commerce Engine to stop sending permanently.",
      otherwise: "false",
      without: "webhooks are accepted",
      example: "false",
      ...booleans,
    },
    {
      name: "SILENCE_ALERT_HOURS",
      description:
        "Alerts the team once an hour when no authentic event has come for this time, in hours, counted from the last event; 0: never.",
      otherwise: "0",
      without: "the team is not alerted when no events come",
      example: "6",
      taken: ["0", "0.5", "10000"],
      refused: ["10001", "-1", "6h"],
    },
  ],
  "Console and admin API": [
    {
      name: "ADMIN_TOKEN",
      kind: "secret",
      description: "Gives access to the console (sign-in form) and the admin API (bearer token).",
      without: "neither exists (404), unless Cloudflare Access is configured",
      ...tokens,
    },
    {
      name: "ACCESS_TEAM_DOMAIN",
      description: "The team whose Cloudflare Access tokens also give access; needs ACCESS_AUD.",
      without: "no Access token gives access",
      example: "team.cloudflareaccess.com",
      taken: ["team.cloudflareaccess.com", "https://team.cloudflareaccess.com/"],
    },
    {
      name: "ACCESS_AUD",
      description: "The audience tag of the Access application in front of this Worker.",
      without: "no Access token gives access",
    },
  ],
  "E-mail": [
    {
      name: "RESEND_API_KEY",
      kind: "secret",
      description: "Sends e-mail through Resend.",
      without:
        "e-mails go through the binding `EMAIL` if it is bound, otherwise they are held back, or suppressed if e-mail never was set up",
      ...tokens,
    },
    {
      name: "EMAIL_FROM",
      description: "The sender. The domain must be verified with Resend, or routed by Cloudflare.",
      without: "no e-mail is sent; they are held back if e-mail is or was set up otherwise",
      example: "Your shop <orders@shop.example>",
      ...addresses,
    },
    {
      name: "EMAIL_REPLY_TO",
      description: "The address for replies. E-mails invite replies only if it is set.",
      without: "no e-mail invites a reply",
      example: "help@shop.example",
      ...addresses,
    },
  ],
  SMS: [
    {
      name: "TWILIO_ACCOUNT_SID",
      kind: "secret",
      description: "Sends SMS through Twilio; needs TWILIO_AUTH_TOKEN and SMS_FROM.",
      without: "no SMS is sent; they are held back if SMS is or was set up otherwise",
      ...tokens,
    },
    {
      name: "TWILIO_AUTH_TOKEN",
      kind: "secret",
      description: "The token of that Twilio account.",
      without: "no SMS is sent",
      ...tokens,
    },
    {
      name: "SMS_FROM",
      description: "The number, the sender name or the messaging service (`MG…`) that sends SMS.",
      without: "no SMS is sent",
      example: "+15550100",
    },
  ],
  WhatsApp: [
    {
      name: "WHATSAPP_FROM",
      description:
        "The WhatsApp number, or the messaging service (`MG…`), that sends through the same Twilio account; needs approved content templates ([notifications.md](notifications.md#what-a-shop-sets)).",
      without: "no WhatsApp message is sent; they are held back if WhatsApp was set up before",
      example: "+15550100",
      taken: ["+15550100123", "whatsapp:+15550100123", `MG${"0a".repeat(16)}`],
      refused: ["15550100", "Shop", "MG123"],
    },
  ],
  Team: [
    {
      name: "SLACK_WEBHOOK_URL",
      kind: "secret",
      description: "The incoming webhook of the Slack channel where the team reads alerts.",
      without:
        "alerts are shown in the console and stored as suppressed; if it was set before, they are held back",
      ...endpoints,
    },
  ],
  Forward: [
    {
      name: "FORWARD_URL",
      description:
        "The endpoint `default`, which receives every applied event, signed as Standard Webhooks.",
      without:
        "nothing is forwarded but to endpoints that were added; if it was set before, forwards are held back",
      ...endpoints,
    },
    {
      name: "FORWARD_SECRET",
      kind: "secret",
      description:
        "The key of that signature, in base64, at least 16 characters; the secrets of all other endpoints are derived from it.",
      without: "forwards are held back until it is set, and no endpoint can be added",
      taken: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      refused: ["short", "not base64 at all!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA"],
    },
  ],
  "How the shop presents itself": [
    {
      name: "STORE_NAME",
      description: "The shop's name, as its customers know it.",
      otherwise: "Our store",
      example: "Your shop",
    },
    {
      name: "STORE_CURRENCY",
      description: "The currency of amounts that state none: an ISO 4217 code.",
      otherwise: "INR",
      example: "INR",
      taken: ["INR", "eur"],
      refused: ["rupees", "₹"],
    },
    {
      name: "STORE_COUNTRY",
      description: "The country of telephone numbers without a country code: an ISO 3166 code.",
      otherwise: "IN",
      example: "IN",
      taken: ["IN", "sg"],
      refused: ["India", "UK", "+91"],
    },
    {
      name: "STORE_TIME_ZONE",
      description:
        "The shop's IANA time zone: for times without a zone, for its days, and for times that people read. After a change, rebuild.",
      without:
        "times without a zone, and days, are UTC; people read times in the zone of STORE_CURRENCY",
      example: "Asia/Kolkata",
      taken: ["Asia/Kolkata", "America/New_York"],
      refused: ["India Standard Time", "+05:30"],
    },
    {
      name: "STORE_LOCALE",
      description:
        "The language of messages to customers whose order states none in `metadata.language`: `en` or `hi`, with or without a region.",
      otherwise: "en",
      example: "hi",
      taken: ["hi", "en-IN", "hi_IN"],
      refused: ["हिन्दी", "en IN", "e"],
    },
    {
      name: "PUBLIC_URL",
      description: "The public URL of this Worker; alerts then link to the console.",
      without: "alerts have no links",
      example: "https://webhooks.shop.example",
      ...endpoints,
    },
    {
      name: "ORDER_URL",
      description:
        "The page of an order in the shop; `{order}` in it is replaced by the order number. A value that is set in the console wins over this var, as for STORE_NAME and the other links.",
      without: "messages have no link to the order",
      example: "https://shop.example/orders/{order}",
      ...endpoints,
    },
    {
      name: "PAYMENT_URL",
      description:
        "The page where an order is paid; `{order}` in it is replaced by the order number.",
      without: "messages have no link to pay",
      example: "https://shop.example/pay/{order}",
      ...endpoints,
    },
    {
      name: "REVIEW_URL",
      description:
        "The page where customers write reviews; `{order}` in it is replaced by the order number.",
      without: "the review request has no button",
      example: "https://shop.example/reviews",
      ...endpoints,
    },
    {
      name: "TRACKING_URLS",
      description:
        "Couriers in addition to the built-in ones: JSON, from name to URL with `{awb}` in it.",
      without: "only the built-in couriers are linked",
      example: '{"my courier": "https://courier.example/{awb}"}',
      taken: ['{"my courier": "https://courier.example/{awb}"}', "{}"],
      refused: ['{"my courier": "https://courier.example"}', "my courier", "[1]"],
    },
  ],
  Messages: [
    {
      name: "ENVIRONMENT",
      description:
        "The name of the environment. In every one but `production`, customers' messages go only to MESSAGE_ALLOWLIST. The cron writes the name into the database once, so that a Worker on another environment's database is noticed.",
      otherwise: "production",
      without: "production if missing; unusable: not production, shown as `unknown`",
      example: "production",
      taken: ["production", "staging", "Staging", "test-2"],
      refused: ["my staging!", "2nd"],
    },
    {
      name: "MESSAGE_ALLOWLIST",
      description:
        "Who may receive customers' messages outside production: addresses, `@domain` and numbers in E.164, separated by commas.",
      without: "outside production, no customer's message is sent; in production it has no effect",
      example: "@shop.example, +919876543210",
      taken: [
        "asha@shop.example",
        "@shop.example",
        "+919876543210",
        "Asha@Shop.example, @other.example , +91 98765-43210,",
      ],
      refused: ["*", "shop.example", "@", "asha@shop.example; @other.example", "9876543210", ","],
    },
    {
      name: "LINK_SECRET",
      kind: "secret",
      description:
        "The key that signs the links by which customers unsubscribe; needs PUBLIC_URL. Only this Worker needs it: the set-up can make it. With another one, the links in sent messages stop working.",
      without: "review requests have no link to unsubscribe, and doctor warns",
      ...keys,
    },
    {
      name: "REVIEW_DELAY_HOURS",
      description: "How long after delivery the customer is asked for a review, in hours.",
      otherwise: "24",
      example: "24",
      taken: ["0", "0.5", "10000"],
      refused: ["10001", "-1", "a day"],
    },
    {
      name: "NOTIFY_MAX_AGE_HOURS",
      description:
        "A message to a customer is suppressed when it is more than this late, in hours; 0: no limit.",
      otherwise: "72",
      example: "72",
      taken: ["0", "0.5", "100000"],
      refused: ["100001", "-1", "3 days"],
    },
  ],
  Keeping: [
    {
      name: "RETENTION_DAYS",
      description: "How long raw bodies and the recipients of messages are kept, in days.",
      otherwise: "90",
      example: "90",
      taken: ["1", "36500"],
      refused: ["0", "36501", "1.5", "a year"],
    },
    {
      name: "DEDUPE_DAYS",
      description:
        "How long event ids are known, in days; an event whose own time is older is ignored.",
      otherwise: "400",
      example: "400",
      taken: ["1", "36500"],
      refused: ["0", "36501", "1.5", "a year"],
    },
    {
      name: "DATABASE_MAX_MB",
      description:
        "How much D1 may hold, in megabytes: 10000 on the paid plan, 500 on the free one. The team is alerted at 70 % of it; from 85 % bodies that the archive has leave sooner.",
      otherwise: "10000",
      example: "10000",
      taken: ["100", "100000"],
      refused: ["99", "100001", "10 GB"],
    },
    {
      name: "ORDER_DAYS",
      description:
        "How long a finished order stays in D1 after its last change, in days; then the Worker of closed orders archives it.",
      otherwise: "120",
      example: "120",
      taken: ["1", "36500"],
      refused: ["0", "36501", "1.5", "a year"],
    },
  ],
  "For tests": [
    {
      name: "RESEND_BASE_URL",
      description: "Another endpoint instead of Resend's.",
      otherwise: "https://api.resend.com",
      without: "if it is unusable, no e-mail is sent, so that none goes to the wrong endpoint",
      example: "https://api.resend.com",
      ...endpoints,
    },
    {
      name: "TWILIO_BASE_URL",
      description: "Another endpoint instead of Twilio's.",
      otherwise: "https://api.twilio.com",
      without: "if it is unusable, no SMS is sent, so that none goes to the wrong endpoint",
      example: "https://api.twilio.com",
      ...endpoints,
    },
  ],
} satisfies Readonly<Record<string, readonly Row[]>>;

export type SettingGroup = keyof typeof groups;

export interface Setting extends Required<Omit<Row, "kind" | "otherwise">> {
  readonly kind: "secret" | "var";
  readonly group: SettingGroup;
  /** Null if something is off without the setting. */
  readonly otherwise: string | null;
}

const unsaid = {
  kind: "var",
  otherwise: null,
  without: "the default is used",
  example: "",
  taken: ["any text"],
  refused: [],
} as const;

function readGroup(group: SettingGroup): readonly Setting[] {
  const rows: readonly Row[] = groups[group];
  return rows.map((row) => ({ ...unsaid, ...row, group }));
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are its keys
const groupNames = Object.keys(groups) as SettingGroup[];

export const settings: readonly Setting[] = groupNames.flatMap(readGroup);

/** The secrets, in the order in which a person sets them. */
export const secrets: readonly Setting[] = settings.filter(({ kind }) => kind === "secret");

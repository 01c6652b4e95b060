/**
 * Every setting of the Worker, one row each, for whoever sets it: the reference
 * (docs/configuration.md), `.dev.vars.example` and the set-up are made from it. What is accepted and
 * what is said of the rest is asked of src/config.ts itself; a test holds the two together.
 */

export type SettingGroup =
  | "Receiving"
  | "Console and admin API"
  | "E-mail"
  | "SMS"
  | "Team"
  | "Forward"
  | "How the shop presents itself"
  | "Messages"
  | "Keeping"
  | "For tests";

export interface Setting {
  readonly name: string;
  readonly kind: "secret" | "var";
  readonly group: SettingGroup;
  /** What it is for, in one sentence or two. */
  readonly description: string;
  /** What holds where it is not set: a value, or null where something is then off. */
  readonly otherwise: string | null;
  /** What is off, or done instead, where it is missing or cannot be used. */
  readonly without: string;
  /** A value as a shop would have it; for `.dev.vars.example`. */
  readonly example: string;
  /** Values that are taken. */
  readonly taken: readonly string[];
  /** Values that are not; none where any text will do. */
  readonly refused: readonly string[];
}

const addresses = {
  taken: ["orders@shop.example", "Your shop <orders@shop.example>"],
  refused: ["Your shop", "a@b\nBcc: c@d"],
};
const endpoints = {
  taken: ["https://shop.example/path", "http://127.0.0.1:9000/x"],
  refused: ["shop.example", "http://shop.example", "ftp://shop.example"],
};
const text = { taken: ["any text"], refused: [] };
const booleans = { taken: ["true", "false", "1", "0", "yes", "no", "TRUE"], refused: ["on", "2"] };

export const settings: readonly Setting[] = [
  {
    name: "CE_WEBHOOK_SECRET",
    kind: "secret",
    group: "Receiving",
    description: "The secret that Commerce Engine signs with. The one setting that is required.",
    otherwise: null,
    without: "every webhook is answered 503, and the log says how to set it",
    example: "",
    ...text,
  },
  {
    name: "CE_WEBHOOK_SECRET_PREVIOUS",
    kind: "secret",
    group: "Receiving",
    description: "The secret before it, while it is being rotated: what it signed is still taken.",
    otherwise: null,
    without: "only CE_WEBHOOK_SECRET is taken",
    example: "",
    ...text,
  },
  {
    name: "RECEIPT_TIMEOUT_MS",
    kind: "var",
    group: "Receiving",
    description:
      "How long D1 may take to store an event, in milliseconds, before the queue is tried.",
    otherwise: "2000",
    without: "the default holds",
    example: "2000",
    taken: ["1", "60000"],
    refused: ["0", "60001", "2s", "1.5"],
  },
  {
    name: "RECEIVER_RETIRED",
    kind: "var",
    group: "Receiving",
    description: "Answers every webhook 410, which tells Commerce Engine to stop sending for good.",
    otherwise: "false",
    without: "webhooks are taken",
    example: "false",
    ...booleans,
  },
  {
    name: "SILENCE_ALERT_HOURS",
    kind: "var",
    group: "Receiving",
    description:
      "The team is alerted once an hour when no authentic event has come for so long, in hours, counted from the last one; 0: never.",
    otherwise: "0",
    without: "the team is not alerted of silence",
    example: "6",
    taken: ["0", "0.5", "10000"],
    refused: ["10001", "-1", "6h"],
  },
  {
    name: "ADMIN_TOKEN",
    kind: "secret",
    group: "Console and admin API",
    description: "Opens the console (sign-in form) and the admin API (bearer token).",
    otherwise: null,
    without: "neither exists (404), unless Cloudflare Access is configured",
    example: "",
    ...text,
  },
  {
    name: "ACCESS_TEAM_DOMAIN",
    kind: "var",
    group: "Console and admin API",
    description: "The team whose Cloudflare Access tokens open them too; together with ACCESS_AUD.",
    otherwise: null,
    without: "no Access token opens them",
    example: "team.cloudflareaccess.com",
    taken: ["team.cloudflareaccess.com", "https://team.cloudflareaccess.com/"],
    refused: [],
  },
  {
    name: "ACCESS_AUD",
    kind: "var",
    group: "Console and admin API",
    description: "The audience tag of the Access application that stands before this Worker.",
    otherwise: null,
    without: "no Access token opens them",
    example: "",
    ...text,
  },
  {
    name: "RESEND_API_KEY",
    kind: "secret",
    group: "E-mail",
    description: "Sends e-mail by Resend.",
    otherwise: null,
    without: "e-mails go through the binding `EMAIL` where it is bound, else they are suppressed",
    example: "",
    ...text,
  },
  {
    name: "EMAIL_FROM",
    kind: "var",
    group: "E-mail",
    description: "Who writes. The domain has to be verified with Resend, or routed by Cloudflare.",
    otherwise: null,
    without: "no e-mail is sent",
    example: "Your shop <orders@shop.example>",
    ...addresses,
  },
  {
    name: "EMAIL_REPLY_TO",
    kind: "var",
    group: "E-mail",
    description: "Where answers go. Only where it is set do the e-mails invite any.",
    otherwise: null,
    without: "no e-mail invites an answer",
    example: "help@shop.example",
    ...addresses,
  },
  {
    name: "TWILIO_ACCOUNT_SID",
    kind: "secret",
    group: "SMS",
    description: "Sends SMS by Twilio; together with TWILIO_AUTH_TOKEN and SMS_FROM.",
    otherwise: null,
    without: "no SMS is sent",
    example: "",
    ...text,
  },
  {
    name: "TWILIO_AUTH_TOKEN",
    kind: "secret",
    group: "SMS",
    description: "The token of that Twilio account.",
    otherwise: null,
    without: "no SMS is sent",
    example: "",
    ...text,
  },
  {
    name: "SMS_FROM",
    kind: "var",
    group: "SMS",
    description: "The number, the sender name or the messaging service (`MG…`) that SMS come from.",
    otherwise: null,
    without: "no SMS is sent",
    example: "+15550100",
    ...text,
  },
  {
    name: "SLACK_WEBHOOK_URL",
    kind: "secret",
    group: "Team",
    description: "The incoming webhook of the Slack channel where the team reads alerts.",
    otherwise: null,
    without: "alerts are kept, suppressed, and shown in the console",
    example: "",
    ...endpoints,
  },
  {
    name: "FORWARD_URL",
    kind: "var",
    group: "Forward",
    description: "Where every applied event is passed on to, signed as Standard Webhooks.",
    otherwise: null,
    without: "nothing is forwarded",
    example: "",
    ...endpoints,
  },
  {
    name: "FORWARD_SECRET",
    kind: "secret",
    group: "Forward",
    description: "The key of that signature, in base64; 16 characters at least.",
    otherwise: null,
    without: "forwards are suppressed",
    example: "",
    taken: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    refused: ["short", "not base64 at all!"],
  },
  {
    name: "STORE_NAME",
    kind: "var",
    group: "How the shop presents itself",
    description: "The shop's name, as its customers know it.",
    otherwise: "Our store",
    without: "the default holds",
    example: "Your shop",
    ...text,
  },
  {
    name: "STORE_CURRENCY",
    kind: "var",
    group: "How the shop presents itself",
    description: "What amounts without a currency are in: an ISO 4217 code.",
    otherwise: "INR",
    without: "the default holds",
    example: "INR",
    taken: ["INR", "eur"],
    refused: ["rupees", "₹"],
  },
  {
    name: "STORE_COUNTRY",
    kind: "var",
    group: "How the shop presents itself",
    description:
      "The country of telephone numbers that come without a country code: an ISO 3166 code.",
    otherwise: "IN",
    without: "the default holds",
    example: "IN",
    taken: ["IN", "sg"],
    refused: ["India", "UK", "+91"],
  },
  {
    name: "STORE_TIME_ZONE",
    kind: "var",
    group: "How the shop presents itself",
    description:
      "The shop's IANA time zone: for times that state none, for its days, and for what people read. After a change, rebuild.",
    otherwise: null,
    without: "times without a zone, and days, are UTC; people read the zone of STORE_CURRENCY",
    example: "Asia/Kolkata",
    taken: ["Asia/Kolkata", "America/New_York"],
    refused: ["India Standard Time", "+05:30"],
  },
  {
    name: "PUBLIC_URL",
    kind: "var",
    group: "How the shop presents itself",
    description: "Where this Worker is reached; alerts then link into the console.",
    otherwise: null,
    without: "alerts carry no links",
    example: "https://webhooks.shop.example",
    ...endpoints,
  },
  {
    name: "REVIEW_URL",
    kind: "var",
    group: "How the shop presents itself",
    description: "Where customers write reviews; `{order}` in it becomes the order number.",
    otherwise: null,
    without: "the review request has no button",
    example: "https://shop.example/reviews",
    ...endpoints,
  },
  {
    name: "TRACKING_URLS",
    kind: "var",
    group: "How the shop presents itself",
    description: "Couriers beside the built-in ones: JSON, name to URL with `{awb}` in it.",
    otherwise: null,
    without: "only the built-in couriers are linked",
    example: '{"my courier": "https://courier.example/{awb}"}',
    taken: ['{"my courier": "https://courier.example/{awb}"}', "{}"],
    refused: ['{"my courier": "https://courier.example"}', "my courier", "[1]"],
  },
  {
    name: "REVIEW_DELAY_HOURS",
    kind: "var",
    group: "Messages",
    description: "How long after delivery the customer is asked for a review, in hours.",
    otherwise: "24",
    without: "the default holds",
    example: "24",
    taken: ["0", "0.5", "10000"],
    refused: ["10001", "-1", "a day"],
  },
  {
    name: "NOTIFY_MAX_AGE_HOURS",
    kind: "var",
    group: "Messages",
    description:
      "A customer's message later than this past its time is suppressed, in hours; 0: no limit.",
    otherwise: "72",
    without: "the default holds",
    example: "72",
    taken: ["0", "0.5", "100000"],
    refused: ["100001", "-1", "3 days"],
  },
  {
    name: "RETENTION_DAYS",
    kind: "var",
    group: "Keeping",
    description: "How long raw bodies, and whom messages went to, are kept, in days.",
    otherwise: "90",
    without: "the default holds",
    example: "90",
    taken: ["1", "36500"],
    refused: ["0", "36501", "1.5", "a year"],
  },
  {
    name: "DEDUPE_DAYS",
    kind: "var",
    group: "Keeping",
    description:
      "How long event ids are remembered, in days; an event whose own time is older is refused.",
    otherwise: "400",
    without: "the default holds",
    example: "400",
    taken: ["1", "36500"],
    refused: ["0", "36501", "1.5", "a year"],
  },
  {
    name: "RESEND_BASE_URL",
    kind: "var",
    group: "For tests",
    description: "Another endpoint in place of Resend's.",
    otherwise: "https://api.resend.com",
    without: "where it cannot be used no e-mail is sent: what was to go elsewhere goes nowhere",
    example: "https://api.resend.com",
    ...endpoints,
  },
  {
    name: "TWILIO_BASE_URL",
    kind: "var",
    group: "For tests",
    description: "Another endpoint in place of Twilio's.",
    otherwise: "https://api.twilio.com",
    without: "where it cannot be used no SMS is sent: what was to go elsewhere goes nowhere",
    example: "https://api.twilio.com",
    ...endpoints,
  },
];

/** The secrets, in the order in which a person would set them. */
export const secrets: readonly Setting[] = settings.filter(({ kind }) => kind === "secret");

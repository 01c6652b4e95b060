/** The bindings of the Worker, for docs/configuration.md; wrangler.toml defines them. */

export interface Binding {
  readonly name: string;
  readonly what: string;
  readonly description: string;
  readonly without: string;
}

export const bindings: readonly Binding[] = [
  {
    name: "DB",
    what: "D1 database `ce-webhooks`",
    description: "Inbox, state and outbox.",
    without: "required",
  },
  {
    name: "EVENTS",
    what: "queue `ce-events`, dead letters `ce-events-dlq`",
    description: "Events between receipt and consumer; whole events while D1 is down.",
    without: "required",
  },
  {
    name: "NOTIFICATIONS",
    what: "queue `ce-notifications`, dead letters `ce-notifications-dlq`",
    description: "Wake-up calls for messages that are due.",
    without: "required",
  },
  {
    name: "ARCHIVE",
    what: "an R2 bucket",
    description: "Keeps bodies that RETENTION_DAYS removes; [privacy.md](privacy.md) says how.",
    without: "bodies are removed without a copy",
  },
  {
    name: "CLOSED_ORDERS",
    what: "the Worker `ce-webhooks-closed-orders` (wrangler.closed-orders.toml)",
    description:
      "Moves finished orders to the archive and brings them back; [privacy.md](privacy.md#closed-orders) says how.",
    without: "orders stay in D1",
  },
  {
    name: "EMAIL",
    what: "Cloudflare's e-mail sending (`send_email`)",
    description: "Sends e-mail if RESEND_API_KEY is not set; needs EMAIL_FROM and Workers Paid.",
    without: "e-mail goes through Resend, or is held back or suppressed",
  },
  {
    name: "SIGN_IN_LIMIT",
    what: "a rate limit (`ratelimits`)",
    description: "Counts admin tokens that are tried; [console.md](console.md) says how.",
    without: "each isolate counts for itself",
  },
  {
    name: "METRICS",
    what: "Analytics Engine data set `ce_webhooks`",
    description: "One data point per run; [observability.md](observability.md) has the queries.",
    without: "no data point is written",
  },
];

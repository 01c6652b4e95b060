/** What to try on a receiver that has just started: lines to copy and paste into another shell. */
import pc from "picocolors";

/** `created_at` is now, so that what follows from the event is not too old to be told. */
export function describeStart(origin: string, now: Date): string {
  const event = {
    id: "evt_hello_1",
    event_type: "order.confirmed",
    created_at: now.toISOString(),
    data: {
      order_number: "ORD-1",
      status: "confirmed",
      grand_total: 1299.5,
      currency: { code: "INR" },
      customer_email: "asha@example.com",
    },
  };
  const body = JSON.stringify(event, null, 2);
  return `
  ${pc.bold("The receiver listens")} on ${pc.cyan(`${origin}/api/webhooks/ce`)}. Ctrl-C stops it.

  ${pc.bold("Send it a signed event")}, from this folder:

BODY='${body}'
SECRET=$(sed -n "s/^CE_WEBHOOK_SECRET=[\\"']*\\([^\\"']*\\).*/\\1/p" .dev.vars)
SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.*= *//')
curl -sS ${origin}/api/webhooks/ce \\
  -H "x-webhook-signature: $SIGNATURE" --data-binary "$BODY"

  ${pc.bold("See what became of it")}:

npx wrangler d1 execute DB --local --command "SELECT * FROM order_overview"
npx wrangler d1 execute DB --local --command "SELECT id, status, reason FROM notifications"

  ${pc.bold("Fire the cron")}, which otherwise stays still on a machine of your own:

curl ${origin}/cdn-cgi/local/scheduled
`;
}

/** Commands to try on a receiver that has just started, for another shell. */
import pc from "picocolors";

export interface Started {
  readonly origin: string;
  /** It listens on the default port of the command line. */
  readonly isDefault: boolean;
  /** The console and the admin API exist. */
  readonly hasToken: boolean;
}

const withoutToken = `
  ${pc.yellow("No usable ADMIN_TOKEN in .dev.vars:")} explain, tail, doctor and the console need one. Add a line
  ADMIN_TOKEN=<something random> and start again.
`;

export function describeStart({ origin, isDefault, hasToken }: Started): string {
  const where = isDefault ? "" : ` --url ${origin}`;
  return `
  ${pc.bold("The receiver listens")} on ${pc.cyan(`${origin}/api/webhooks/ce`)}. Ctrl-C stops it.

  ${pc.bold("Send it a signed story")}, from another shell in this folder:

npx ce-webhooks trigger payment-fails-twice --order ORD-1${where}

  ${pc.bold("See its outcome")}, and why:

npx ce-webhooks explain ORD-1${where}
npx ce-webhooks messages --order ORD-1${where}
npx ce-webhooks tail${where}
npx wrangler d1 execute DB --local --command "SELECT * FROM order_overview"

  ${pc.bold("Is all as it should be?")} And what else is there?

npx ce-webhooks doctor${where}
npx ce-webhooks trigger --list
npx ce-webhooks --help

  ${pc.bold("The console")} is at ${pc.cyan(`${origin}/console`)}; the token is in .dev.vars.
  ${pc.bold("The cron")} does not run on your own machine; start it by hand:

curl ${origin}/cdn-cgi/local/scheduled
${hasToken ? "" : withoutToken}`;
}

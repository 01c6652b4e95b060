/** Where the new Worker is reached, and the test event sent there. */
import pc from "picocolors";
import type { Account } from "./account.ts";
import type { SetupOptions } from "./options.ts";
import { environmentFlag } from "./plan.ts";
import { sendProbe } from "./probe.ts";
import type { Screen } from "./screen.ts";
import type { Target } from "../../cli/wrangler/target.ts";
import type { Wrangler } from "./wrangler.ts";

export interface ProofDeps {
  readonly options: SetupOptions;
  readonly screen: Screen;
  readonly wrangler: Wrangler;
  readonly account: Account;
  readonly target: Target;
  /** CE_WEBHOOK_SECRET, where it is known. */
  readonly secret: string | null;
}

/** A new deployment and its secrets take some seconds to be everywhere; a new subdomain longer. */
const PATIENCE_MS = 90_000;

/** Out of what wrangler reports: `https://x.workers.dev`, `shop.example (custom domain)`, and no
 * `schedule: * * * * *`. */
function originOf(targets: readonly string[]): string | null {
  for (const text of targets) {
    const [, host] =
      /^(?:https:\/\/)?([\w-]+(?:\.[\w-]+)+)(?: \(custom domain\))?\/?$/.exec(text) ?? [];
    if (host !== undefined) return `https://${host}`;
    if (/^http:\/\/127\.0\.0\.1:\d+$/.test(text)) return text;
  }
  return null;
}

/** Says how it ended, in a few words. Throws a SetupStop where the event does not come through. */
export async function prove(
  { options, screen, wrangler, account, target, secret }: ProofDeps,
  targets: readonly string[],
  progress: (text: string) => void,
): Promise<string> {
  const origin = options.url ?? target.publicUrl ?? originOf(targets);
  if (origin === null) return "left out: the address is not known; run again with --url https://…";
  if (secret === null) {
    return "left out: a secret cannot be read back; CE_WEBHOOK_SECRET=… npm run setup sets and tests it";
  }
  const status = await sendProbe(
    { origin, secret, eventId: `setup-${crypto.randomUUID()}`, now: new Date() },
    {
      wrangler,
      accountId: account.id,
      environmentFlag: environmentFlag(target),
      patienceMs: PATIENCE_MS,
      progress,
    },
  );
  screen.show("It works", [
    "The event was verified, stored, taken off the queue, settled, and is removed again.",
    `Enter this in Commerce Engine as the webhook URL: ${pc.cyan(`${origin}/api/webhooks/ce`)}`,
  ]);
  return `taken, and settled as ${status}: its type is none of the 14`;
}

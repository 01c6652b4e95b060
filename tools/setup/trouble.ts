/** What to do about what wrangler says, for the failures that a first deployment meets. */

const known: readonly { readonly when: RegExp; readonly advice: readonly string[] }[] = [
  {
    when: /not authenticated|necessary to set a CLOUDFLARE_API_TOKEN|not logged in/i,
    advice: ["Log in: npx wrangler login", "Or set CLOUDFLARE_API_TOKEN, as in CI."],
  },
  {
    when: /code: (10000|9109|10001)\]|Authentication error|Unauthorized/i,
    advice: [
      "The login may not do this. An API token needs Workers Scripts, D1 and Queues: Edit.",
      "Is it the right account? CLOUDFLARE_ACCOUNT_ID says which.",
    ],
  },
  {
    when: /More than one account available/,
    advice: ["Say which account: CLOUDFLARE_ACCOUNT_ID=<id> npm run setup"],
  },
  {
    when: /code: 100129\]|Queues are unavailable/,
    advice: ["Open Queues in the dashboard once, or move to Workers Paid; then run this again."],
  },
  {
    when: /code: 11009\]|already taken|already exists/,
    advice: ["Somebody made one of this name meanwhile. Run this again: it will be found."],
  },
  {
    when: /workers\.dev subdomain/i,
    advice: [
      "The account has no workers.dev subdomain yet: open Workers in the dashboard once,",
      "or give the Worker a route in wrangler.toml; then run this again.",
    ],
  },
  {
    when: /Unable to resolve|ENOTFOUND|EAI_AGAIN|fetch failed|ECONNRE/,
    advice: ["Cloudflare could not be reached. Look at the network, then run this again."],
  },
];

export function adviseOn(printed: string): readonly string[] {
  return known.find(({ when }) => when.test(printed))?.advice ?? [];
}

/** Queues create: somebody else's queue, or ours made a moment ago. */
export function isTaken(printed: string): boolean {
  return /code: 11009\]|already taken/.test(printed);
}

/**
 * The free plan keeps messages for a day at most, and its refusal of more has no documented code.
 * Without queues at all (100129) asking for less is of no use.
 */
export function wantsShorterRetention(printed: string): boolean {
  return /retention|free (plan|tier)/i.test(printed) && !/code: 100129\]/.test(printed);
}

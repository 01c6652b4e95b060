/**
 * Whether the recipients of marketing want it, and their links to unsubscribe. Reads D1 only if a run has marketing,
 * and then once.
 */
import { isObject, parseJson } from "../events/values";
import { makeLinkToken } from "../link-token";
import type { DueFacts } from "../store/outbox/outbox-facts";
import { createHasher } from "../store/privacy/suppression-list";
import { listOptOuts } from "../store/shop/opt-outs";
import { channels } from "./channels";
import { customerAddress } from "./relevance";
import { findTemplate } from "./templates";
import type { OrderFacts } from "./templates/facts";

export interface Consent {
  readonly isOptedOut: boolean;
  /** Null if no link can be made: LINK_SECRET or PUBLIC_URL is missing. */
  readonly unsubscribeUrl: string | null;
}

export interface ConsentDeps {
  readonly db: D1Database;
  readonly linkSecret: string | null;
  readonly publicUrl: string | null;
}

/** Fields in which a body may state what its customer prefers. */
const preferences = ["accepts_marketing", "marketing_consent"] as const;
const refusals: ReadonlySet<unknown> = new Set([false, 0, "false", "0", "no"]);

/** Whether an order event states that its customer wants no marketing. */
export function declinesMarketing(order: Pick<OrderFacts, "metadata" | "extra"> | null): boolean {
  return [order?.metadata, order?.extra].some((json) => {
    const fields = parseJson(json ?? null);
    if (!isObject(fields)) return false;
    return preferences.some((name) => {
      const said = fields[name];
      return refusals.has(typeof said === "string" ? said.trim().toLowerCase() : said);
    });
  });
}

/** Data-subject identifiers of the recipient; the last is the usable form. Empty if no recipient is known yet. */
function identifiersOf({ row, facts }: DueFacts): readonly string[] {
  const rule = channels[row.channel].recipient;
  const text = row.recipient ?? customerAddress(row.channel, facts);
  const recipient = rule === null || text === null ? null : rule.parse(text);
  return rule === null || recipient === null ? [] : rule.identify(recipient);
}

async function linkTo(hash: string | undefined, deps: ConsentDeps): Promise<string | null> {
  const { linkSecret, publicUrl } = deps;
  if (hash === undefined || linkSecret === null || publicUrl === null) return null;
  return `${publicUrl}/unsubscribe/${await makeLinkToken(linkSecret, hash)}`;
}

/** By the ids of marketing messages. `key`: for the hashes; null: nothing is hashed. */
export async function loadConsents(
  due: readonly DueFacts[],
  key: string | null,
  deps: ConsentDeps,
): Promise<ReadonlyMap<string, Consent>> {
  const marketing = due.filter(({ row }) => findTemplate(row.template)?.isMarketing === true);
  if (marketing.length === 0) return new Map();
  const hash = key === null ? null : await createHasher(key);
  const hashed = await Promise.all(
    marketing.map(async ({ row, facts }) => ({
      id: row.id,
      order: facts.order,
      hashes: hash === null ? [] : await Promise.all(identifiersOf({ row, facts }).map(hash)),
    })),
  );
  const optedOut = await listOptOuts(
    deps.db,
    hashed.flatMap(({ hashes }) => hashes),
  );
  const consents = hashed.map(async ({ id, order, hashes }) => {
    const isOptedOut = declinesMarketing(order) || hashes.some((one) => optedOut.has(one));
    return [id, { isOptedOut, unsubscribeUrl: await linkTo(hashes.at(-1), deps) }] as const;
  });
  return new Map(await Promise.all(consents));
}

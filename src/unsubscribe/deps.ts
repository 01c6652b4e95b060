/** Connects the page for unsubscribing to its bindings and configuration. */
import type { Config } from "../config";
import { SHOP_FRESH_MS, SHOP_TIMEOUT_MS } from "../limits";
import { makeShop, type SettingRow, type Shop } from "../notifications/shop";
import { languageOfReader } from "../notifications/texts";
import {
  createTexts,
  editsOf,
  noEdits,
  type TextEdits,
  type Texts,
} from "../notifications/texts/say";
import { loadSettings } from "../store/shop/settings";
import { loadEditedTexts } from "../store/texts/message-texts";
import { within } from "../time-limit";

export interface UnsubscribeDeps {
  readonly db: D1Database;
  readonly linkSecret: string | null;
  /** The shop's data from vars. */
  readonly shop: Config["shop"];
  readonly now: () => Date;
}

export function unsubscribeDeps(db: D1Database, { linkSecret, shop }: Config): UnsubscribeDeps {
  return { db, linkSecret, shop, now: () => new Date() };
}

/** The settings and edited texts, as they were last read. */
interface Known {
  readonly atMs: number;
  readonly rows: readonly SettingRow[];
  readonly edits: TextEdits;
}

const memories = new WeakMap<D1Database, Known>();

/** Cached for a while, since anyone may open the page. Never throws. */
async function knownNow({ db, now }: UnsubscribeDeps): Promise<Known> {
  const atMs = now().getTime();
  const last = memories.get(db);
  if (last !== undefined && atMs - last.atMs < SHOP_FRESH_MS) return last;
  let known: Known = { rows: [], edits: noEdits, ...last, atMs };
  try {
    const reading = Promise.all([loadSettings(db), loadEditedTexts(db)]);
    const [rows, edited] = await within(reading, SHOP_TIMEOUT_MS);
    known = { atMs, rows, edits: editsOf(edited) };
  } catch {
    // The page is more important than its colour and its words.
  }
  memories.set(db, known);
  return known;
}

/** The shop as it presents itself, and its texts in a language that the reader accepts. */
export async function presentationOf(
  deps: UnsubscribeDeps,
  accepted: string,
): Promise<{ readonly shop: Shop; readonly texts: Texts }> {
  const { rows, edits } = await knownNow(deps);
  const shop = makeShop(deps.shop, rows);
  return { shop, texts: createTexts(languageOfReader(accepted, shop.locale), edits) };
}

/** What the page for unsubscribing gets, from bindings and configuration. */
import type { Config } from "../config";
import { SHOP_FRESH_MS, SHOP_TIMEOUT_MS } from "../limits";
import { makeShop, type SettingRow, type Shop } from "../notifications/shop";
import { loadSettings } from "../store/shop/settings";
import { within } from "../time-limit";

export interface UnsubscribeDeps {
  readonly db: D1Database;
  readonly linkSecret: string | null;
  /** What vars state of it. */
  readonly shop: Config["shop"];
  readonly now: () => Date;
}

export function unsubscribeDeps(db: D1Database, { linkSecret, shop }: Config): UnsubscribeDeps {
  return { db, linkSecret, shop, now: () => new Date() };
}

const known = new WeakMap<
  D1Database,
  { readonly atMs: number; readonly rows: readonly SettingRow[] }
>();

/** As the shop presents itself: read again after a while only, since anybody may open the page. Never throws. */
export async function shopOf({ db, shop, now }: UnsubscribeDeps): Promise<Shop> {
  const nowMs = now().getTime();
  const last = known.get(db);
  if (last !== undefined && nowMs - last.atMs < SHOP_FRESH_MS) return makeShop(shop, last.rows);
  let rows = last?.rows ?? [];
  try {
    rows = await within(loadSettings(db), SHOP_TIMEOUT_MS);
  } catch {
    // The page is more important than its colour.
  }
  known.set(db, { atMs: nowMs, rows });
  return makeShop(shop, rows);
}

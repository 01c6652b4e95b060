/** Renders sample messages with the shop's current settings and texts, from the example or from an order. */
import { makeShop, type Shop } from "../../notifications/shop";
import type { Sample } from "../../notifications/samples";
import {
  findTemplate,
  templates,
  type Template,
  templateNames,
} from "../../notifications/templates";
import type { LanguageCode } from "../../notifications/texts";
import { editsOf, type TextEdits } from "../../notifications/texts/say";
import { loadSettings } from "../../store/shop/settings";
import { loadOrderFacts } from "../../store/state/order-facts";
import { loadEditedTexts } from "../../store/texts/message-texts";
import type { AdminApiDeps } from "../deps";

export interface Wanted {
  readonly template: Template;
  /** The name of the text, if the template has several. */
  readonly text: string | null;
  readonly language: LanguageCode;
  /** The number of an order; null: the example. */
  readonly order: string | null;
}

export interface Samples {
  readonly samples: readonly Sample[];
  /** Why the example is shown instead of the order; null if it is not. */
  readonly problem: string | null;
  readonly shop: Shop;
}

export const templateOf = (name: string): Template | null =>
  templateNames.find((one) => one === name) ?? null;

/** The requested text, otherwise the first; null if the template has only one. */
export function textOf(template: Template, asked: string | undefined): string | null {
  const names = findTemplate(template)?.texts?.names ?? [];
  return names.find((name) => name === asked) ?? names[0] ?? null;
}

/** The shop and the edited texts. */
export async function loadMaking(
  deps: Pick<AdminApiDeps, "db" | "shop">,
): Promise<{ readonly shop: Shop; readonly edits: TextEdits }> {
  const [rows, edited] = await Promise.all([loadSettings(deps.db), loadEditedTexts(deps.db)]);
  return { shop: makeShop(deps.shop.shop, rows), edits: editsOf(edited) };
}

export async function loadSamples(deps: AdminApiDeps, wanted: Wanted): Promise<Samples> {
  const { order, template, text } = wanted;
  const making = await loadMaking(deps);
  const example = { template, text, language: wanted.language, facts: null, ...making };
  const fallback = (problem: string | null): Samples => ({
    samples: deps.samples.show(example),
    problem,
    shop: making.shop,
  });
  if (order === null) return fallback(null);
  const facts = await loadOrderFacts(deps.db, order);
  if (facts === null) return fallback("There is no such order. This is the example.");
  const lacking = (["shipment", "payment", "refund"] as const).find(
    (one) => templates[template].reads.includes(one) && facts[one] === null,
  );
  if (lacking !== undefined) {
    return fallback(`That order has no ${lacking} yet. This is the example.`);
  }
  return { samples: deps.samples.show({ ...example, facts }), problem: null, shop: making.shop };
}

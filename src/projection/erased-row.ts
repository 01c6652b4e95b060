/**
 * A row of the state without the person: what erasing it in D1 leaves (store/privacy/), for rows that are not in D1.
 * Pure.
 */
import { ERASED, eraseItems } from "../events/erased-body";
import { keptCurrency, keptUrl, keptWord } from "../events/kept-values";
import { isObject, parseJson } from "../events/values";
import { type Entity, personalColumns, type Value } from "./registers";

type Row = Readonly<Record<string, Value>>;
type Erase = (text: string) => string | null;

const word: Erase = (text) => keptWord(text) ?? ERASED;

function eraseParts(text: string): string {
  const parts = parseJson(text);
  if (!isObject(parts)) return "{}";
  return JSON.stringify(Object.fromEntries(Object.keys(parts).map((name) => [name, ERASED])));
}

function each(names: readonly string[], erase: Erase): Readonly<Record<string, Erase>> {
  return Object.fromEntries(names.map((name) => [name, erase]));
}

const rules: Readonly<Record<Entity, Readonly<Record<string, Erase>>>> = {
  orders: {
    ...each(personalColumns.texts, () => ERASED),
    ...each(personalColumns.addresses, eraseParts),
    ...each(personalColumns.objects, () => "{}"),
    currency: (text) => keptCurrency(text) ?? ERASED,
    items: eraseItems,
  },
  payments: { extra: () => "{}", method: word },
  refunds: { extra: () => "{}", remarks: () => ERASED, payment_mode: word },
  shipments: {
    extra: () => "{}",
    cancellation_reason: () => ERASED,
    courier: word,
    tracking_url: (text) => keptUrl(text) ?? ERASED,
    items: eraseItems,
    // Erased bodies keep a date only within these years.
    eta: (text) => (text < "2000" || text >= "2100" ? null : text),
  },
};

/** Keeps what no person is known by; a null stays null. */
export function eraseRow(entity: Entity, row: Row): Row {
  const erased = Object.entries(rules[entity]).flatMap(([name, erase]) => {
    const value = row[name] ?? null;
    return value === null ? [] : [[name, erase(String(value))] as const];
  });
  return { ...row, ...Object.fromEntries(erased) };
}

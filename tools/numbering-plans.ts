/** The numbering plans of telephone numbers that the Worker carries: a part of libphonenumber's metadata. */
import metadata from "libphonenumber-js/metadata.max.json";

/** Of a country in libphonenumber's metadata: the formats in which people write its numbers. */
const FORMATS = 4;

/** The number that is dialled before others within the country. */
const NATIONAL_PREFIX = 5;

const digitsIn = (text: unknown): string =>
  typeof text === "string" ? text.replaceAll(/\$\d/g, "").replaceAll(/\D/g, "") : "";

/** `$2 15-$3-$4`, `8 0$1`: written within the country, the number has digits that only its formats know. */
function hasOwnDigits(plan: readonly unknown[]): boolean {
  const formats = plan[FORMATS];
  if (!Array.isArray(formats)) return false;
  const known: ReadonlySet<unknown> = new Set(["", "0", plan[NATIONAL_PREFIX]]);
  return formats.some((one: unknown) => {
    const [, format, , prefixRule]: readonly unknown[] = Array.isArray(one) ? one : [];
    return digitsIn(format) !== "" || !known.has(digitsIn(prefixRule));
  });
}

/** The lengths of its numbers. */
const LENGTHS = 3;
/** The numbers of each kind, in libphonenumber's order; of each its pattern and, where they are fewer, its lengths. */
const KINDS = 11;
/** Those that a customer can have: fixed lines, mobiles, numbers of companies, VoIP. Not toll-free or premium ones. */
const kept: ReadonlySet<number> = new Set([0, 1, 6, 8]);

type Plan = readonly unknown[];

/** Without the zeros at the end, which say the same as nothing. */
function withoutEnd(list: readonly unknown[]): readonly unknown[] {
  return list.slice(0, list.findLastIndex((one) => one !== 0 && one !== null) + 1);
}

/** A format has the digits that its numbers begin with in ever finer patterns; libphonenumber-js reads the last. */
function keepLastDigits(format: unknown): void {
  const patterns: unknown = Array.isArray(format) ? format[2] : null;
  if (Array.isArray(patterns)) patterns.splice(0, patterns.length - 1);
}

/** Of a number in India or in North America, without its code. */
const HOME_DIGITS = 10;

function keptKinds(plan: Plan): readonly unknown[] {
  const kinds = plan[KINDS];
  return Array.isArray(kinds) ? kinds.map((one: unknown, at) => (kept.has(at) ? one : 0)) : [];
}

/** The code is for toll-free or premium numbers alone: +800, +808, +979. */
function isForNobody(plan: Plan): boolean {
  return Array.isArray(plan[KINDS]) && withoutEnd(keptKinds(plan)).length === 0;
}

/**
 * The pattern of all numbers of a country is what libphonenumber itself goes by unless it is given more. It is too
 * wide where it has lengths that no customer's number has (in India 8 to 13 digits, where customers have 10); it does
 * not tell countries apart that share a calling code; and where a number with its code is as long as one in India or
 * America without, only the kinds tell whose number it is (+9757128869: of India, not Bhutan).
 */
function needsKinds(plan: Plan, countriesWithCode: ReadonlyMap<unknown, number>): boolean {
  if ((countriesWithCode.get(plan[0]) ?? 0) > 1) return true;
  const all = [plan[LENGTHS]].flat().map(Number);
  if (all.some((length) => String(plan[0]).length + length === HOME_DIGITS)) return true;
  const lengthsOf = (kind: unknown): unknown =>
    Array.isArray(kind) ? (kind[1] ?? plan[LENGTHS]) : [];
  const lengths = new Set(keptKinds(plan).flatMap(lengthsOf));
  return !all.every((length) => lengths.has(length));
}

/**
 * libphonenumber's own metadata without formats that only place spaces, without the kinds of numbers that no customer
 * has, and without all kinds where the country's own pattern says enough: more than half of it. The receiver reads
 * numbers of customers and writes E.164. Files with a part of the metadata are a documented use of
 * libphonenumber-js/core.
 */
export function numberingPlans(): string {
  const plans = structuredClone(metadata);
  for (const [code, plan] of Object.entries(plans.nonGeographic)) {
    if (Array.isArray(plan) && isForNobody(plan)) Reflect.deleteProperty(plans.nonGeographic, code);
  }
  const all = [plans.countries, plans.nonGeographic]
    .flatMap((group) => Object.values(group))
    .filter((plan): plan is unknown[] => Array.isArray(plan));
  const countriesWithCode = new Map<unknown, number>();
  for (const [code] of all) countriesWithCode.set(code, (countriesWithCode.get(code) ?? 0) + 1);
  for (const plan of all) {
    const formats = plan[FORMATS];
    if (hasOwnDigits(plan) && Array.isArray(formats)) formats.forEach(keepLastDigits);
    else plan[FORMATS] = 0;
    if (Array.isArray(plan[KINDS])) {
      plan[KINDS] = needsKinds(plan, countriesWithCode) ? withoutEnd(keptKinds(plan)) : 0;
    }
    plan.splice(withoutEnd(plan).length);
  }
  return `${JSON.stringify(plans)}\n`;
}

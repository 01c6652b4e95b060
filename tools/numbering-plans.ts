/** The numbering plans of telephone numbers that are bundled with the Worker: a part of libphonenumber's metadata. */
import metadata from "libphonenumber-js/metadata.max.json";

/** The index of the formats in which people write a country's numbers, in libphonenumber's metadata. */
const FORMATS = 4;

/** The index of the prefix that is dialled before other numbers within the country. */
const NATIONAL_PREFIX = 5;

const digitsIn = (text: unknown): string =>
  typeof text === "string" ? text.replaceAll(/\$\d/g, "").replaceAll(/\D/g, "") : "";

/** `$2 15-$3-$4`, `8 0$1`: the national format of a number has digits that are not part of the number. */
function hasOwnDigits(plan: readonly unknown[]): boolean {
  const formats = plan[FORMATS];
  if (!Array.isArray(formats)) return false;
  const known: ReadonlySet<unknown> = new Set(["", "0", plan[NATIONAL_PREFIX]]);
  return formats.some((one: unknown) => {
    const [, format, , prefixRule]: readonly unknown[] = Array.isArray(one) ? one : [];
    return digitsIn(format) !== "" || !known.has(digitsIn(prefixRule));
  });
}

/** The index of the lengths of a country's numbers. */
const LENGTHS = 3;
/** The index of the leading digits of a country that shares its calling code, if they distinguish its numbers. */
const LEADING_DIGITS = 10;
/** The index of the kinds of numbers, in libphonenumber's order, each with its pattern and, if fewer, its lengths. */
const KINDS = 11;
/** Kinds that a customer can have: fixed lines, mobiles, numbers of companies, VoIP. Not toll-free or premium ones. */
const kept: ReadonlySet<number> = new Set([0, 1, 6, 8]);

type Plan = readonly unknown[];

/** The list without trailing zeros and nulls, which mean the same as a missing entry. */
function withoutEnd(list: readonly unknown[]): readonly unknown[] {
  return list.slice(0, list.findLastIndex((one) => one !== 0 && one !== null) + 1);
}

/** A format lists its leading digits as a series of ever finer patterns; libphonenumber-js reads only the last one. */
function keepLastDigits(format: unknown): void {
  const patterns: unknown = Array.isArray(format) ? format[2] : null;
  if (Array.isArray(patterns)) patterns.splice(0, patterns.length - 1);
}

const kindsOf = (plan: Plan): readonly unknown[] => {
  const kinds = plan[KINDS];
  return Array.isArray(kinds) ? kinds : [];
};

const keptKinds = (plan: Plan): readonly unknown[] =>
  kindsOf(plan).map((one, at) => (kept.has(at) ? one : 0));

/** True if a code has only toll-free or premium numbers: +800, +808, +979. */
const isForNobody = (plan: Plan): boolean =>
  kindsOf(plan).length > 0 && withoutEnd(keptKinds(plan)).length === 0;

/** The lengths that a customer's number can have. */
function customerLengths(plan: Plan): readonly number[] {
  if (kindsOf(plan).length === 0) return [plan[LENGTHS]].flat().map(Number);
  const lengths = keptKinds(plan).flatMap((kind): readonly unknown[] =>
    Array.isArray(kind) ? [kind[1] ?? plan[LENGTHS]].flat() : [],
  );
  return [...new Set(lengths.map(Number))].toSorted((a, b) => a - b);
}

const INDIA = "91";
/** A mobile number in India: ten digits, the first of which matches this pattern. */
const HOME_DIGITS = 10;
const startsHome = /^[6-9]/;

/**
 * For most countries, the pattern of all numbers and the lengths of customers' numbers are enough. There are two
 * exceptions. In India most numbers are written without a code, so that every other reading of one must be refused. In
 * some countries, a number with its code, and perhaps the national prefix, has the length and the first digit of an
 * Indian number without its code (+9757128869 is from India: no number of Bhutan begins with 712).
 */
function needsKinds(plan: Plan): boolean {
  const code = String(plan[0]);
  if (code === INDIA) return true;
  const prefix = plan[NATIONAL_PREFIX];
  const starts = [code, typeof prefix === "string" ? code + prefix : code];
  return (
    startsHome.test(code) &&
    starts.some((start) =>
      customerLengths(plan).some((length) => start.length + length === HOME_DIGITS),
    )
  );
}

/**
 * Among countries that share a calling code, the first one stands for all numbers: its pattern covers those of the
 * others, and E.164 does not state the country.
 */
function joinPlans(countries: object, sharing: readonly string[]): void {
  const plans = sharing
    .map((country): unknown => Reflect.get(countries, country))
    .filter((plan): plan is unknown[] => Array.isArray(plan));
  const [first, ...others] = plans;
  if (first === undefined || others.length === 0) return;
  first[LENGTHS] = [...new Set(plans.flatMap(customerLengths))].toSorted((a, b) => a - b);
  for (const plan of plans) [plan[LEADING_DIGITS], plan[KINDS]] = [0, 0];
  first[LEADING_DIGITS] = ".";
}

/**
 * libphonenumber's own metadata without three parts: formats that only place spaces, kinds of numbers that no customer
 * has, and all kinds if the country's own pattern is enough. Three quarters of it remain. The receiver reads numbers of
 * customers and writes E.164. Files with a part of the metadata are a documented use of libphonenumber-js/core.
 */
export function numberingPlans(): string {
  const plans = structuredClone(metadata);
  for (const [code, plan] of Object.entries(plans.nonGeographic)) {
    if (Array.isArray(plan) && isForNobody(plan)) Reflect.deleteProperty(plans.nonGeographic, code);
  }
  const all = [plans.countries, plans.nonGeographic]
    .flatMap((group) => Object.values(group))
    .filter((plan): plan is unknown[] => Array.isArray(plan));
  for (const sharing of Object.values(plans.country_calling_codes))
    joinPlans(plans.countries, sharing);
  for (const plan of all) {
    const formats = plan[FORMATS];
    if (hasOwnDigits(plan) && Array.isArray(formats)) formats.forEach(keepLastDigits);
    else plan[FORMATS] = 0;
    if (needsKinds(plan)) plan[KINDS] = withoutEnd(keptKinds(plan));
    else [plan[LENGTHS], plan[KINDS]] = [customerLengths(plan), 0];
    plan.splice(withoutEnd(plan).length);
  }
  return `${JSON.stringify(plans)}\n`;
}

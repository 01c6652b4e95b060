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
/** Of a country that shares its calling code: what its numbers begin with, where that tells them apart. */
const LEADING_DIGITS = 10;
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

const kindsOf = (plan: Plan): readonly unknown[] => {
  const kinds = plan[KINDS];
  return Array.isArray(kinds) ? kinds : [];
};

const keptKinds = (plan: Plan): readonly unknown[] =>
  kindsOf(plan).map((one, at) => (kept.has(at) ? one : 0));

/** The code is for toll-free or premium numbers alone: +800, +808, +979. */
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
/** A mobile number in India: ten digits, of which the first is one of these. */
const HOME_DIGITS = 10;
const startsHome = /^[6-9]/;

/**
 * The pattern of all numbers of a country and the lengths of its customers' numbers say enough, except in India, where
 * most numbers are written without a code, so that each other reading of one has to be refused; and where a number with
 * its code, and perhaps the prefix of calls within the country, is as long as an Indian one without and begins as one
 * does (+9757128869 is of India: no number of Bhutan begins with 712).
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
 * Of countries that share a calling code, the first is taken for all numbers: its pattern covers those of the others, and
 * E.164 does not say the country.
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
 * libphonenumber's own metadata without formats that only place spaces, without the kinds of numbers that no customer
 * has, and without all kinds where the country's own pattern says enough: three quarters of it. The receiver reads
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

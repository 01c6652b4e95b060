/**
 * The kinds of values that a setting of the shop can have. Text in; the value in one form, or the reason why it is
 * refused, out. Pure. A reason names no value.
 */
import { parseAddress } from "../../events/field-formats/address";
import { httpUrl } from "../formatting/safe-text";
import { CONTRAST_MIN, readColour } from "./contrast";

export type Parsed =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

/** The longest value that is accepted, in characters. */
export const VALUE_MAX_CHARACTERS = 2_000;

const LINES_MAX = 8;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

function refuse(reason: string): Parsed {
  return { ok: false, reason };
}

function taken(value: string): Parsed {
  return { ok: true, value };
}

function parseText(text: string): Parsed {
  if (CONTROL.test(text)) return refuse("expected one line of text");
  return text.length > 120 ? refuse("longer than 120 characters") : taken(text);
}

function parseLines(text: string): Parsed {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.some((line) => CONTROL.test(line))) return refuse("expected lines of text");
  if (lines.length > LINES_MAX) return refuse(`more than ${String(LINES_MAX)} lines`);
  return lines.some((line) => line.length > 120)
    ? refuse("a line is longer than 120 characters")
    : taken(lines.join("\n"));
}

const orderMarks = /\{order\}/g;

/** If `{order}` were part of the host, an order number would choose where a link leads. */
function parseUrl(text: string, mayNameOrder: boolean): Parsed {
  const [one, other] = ["1", "2"].map((order) => URL.parse(text.replaceAll(orderMarks, order)));
  if (one?.protocol !== "https:" || httpUrl(one.href) === null) {
    return refuse("expected an https URL without a user name");
  }
  if (one.origin !== other?.origin) return refuse("{order} cannot be a part of the host");
  if (!mayNameOrder && one.href !== other.href) return refuse("{order} has no meaning here");
  return taken(text);
}

function parseColour(text: string): Parsed {
  const read = readColour(text);
  if (read === null) return refuse("expected a colour such as #1f5f4f");
  const { colour, contrast, enough } = read;
  if (contrast >= CONTRAST_MIN) return taken(colour);
  // Rounded down, so that it does not look sufficient.
  const ratio = (Math.floor(contrast * 100) / 100).toFixed(2);
  return refuse(
    `white text on it has a contrast of ${ratio}, and needs ${String(CONTRAST_MIN)}; the nearest darker colour that has it is ${enough}`,
  );
}

function parseMatch(form: RegExp, expected: string) {
  return (text: string): Parsed => (form.test(text) ? taken(text) : refuse(`expected ${expected}`));
}

const email = (text: string): Parsed => {
  const address = parseAddress(text);
  return address === null ? refuse("expected an e-mail address") : taken(address);
};

/** The parser of each kind of setting. */
const parsers = {
  text: parseText,
  lines: parseLines,
  url: (text: string) => parseUrl(text, false),
  order_url: (text: string) => parseUrl(text, true),
  colour: parseColour,
  email,
  /** As people dial it: toll-free numbers have no country code. */
  phone: parseMatch(/^\+?\d[\d ()-]{4,22}\d$/, "a telephone number"),
  tax_id: parseMatch(/^[A-Za-z0-9][A-Za-z0-9 /-]{3,24}$/, "letters and digits"),
  time: parseMatch(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 21:00"),
  dlt_id: parseMatch(/^\d{10,25}$/, "the digits that the DLT portal shows"),
  content_sid: parseMatch(/^HX[0-9a-f]{32}$/, "a content SID: HX and 32 hexadecimal digits"),
} satisfies Readonly<Record<string, (text: string) => Parsed>>;

export type SettingKind = keyof typeof parsers;

export function parseValue(kind: SettingKind, text: string): Parsed {
  const trimmed = text.trim();
  if (trimmed === "") return refuse("it is empty; remove the setting to go back to the default");
  if (trimmed.length > VALUE_MAX_CHARACTERS) {
    return refuse(`longer than ${String(VALUE_MAX_CHARACTERS)} characters`);
  }
  return parsers[kind](trimmed);
}

/**
 * Whether an address or a number can be written to. Conservative on purpose: exactly one recipient,
 * nothing that could end a header or begin a second one.
 */
import * as z from "zod/mini";

const address = z.email().check(z.maxLength(254));

/** One plain address, without a display name; null where it is not usable. */
export function parseAddress(text: string): string | null {
  const parsed = address.safeParse(text.trim());
  return parsed.success ? parsed.data : null;
}

/** One number in E.164; null where it is not usable. */
export function parseNumber(text: string): string | null {
  const number = text.trim();
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

/** Whether a number can be written to. */

/** One number in E.164; null where it is not usable. */
export function parseNumber(text: string): string | null {
  const number = text.trim();
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

/** Makes text from outside safe to display. The renderer does the escaping. */

/**
 * Control characters (C0, C1), marks that change the direction of text, and invisible characters, except those that
 * join letters and emoji.
 */
const hidden =
  /[\u034f\p{Cc}\u180e\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Shows hidden characters as `\u202e`, so that text from an event can neither hide itself nor reorder the text
 * around it. Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(hidden, (character) =>
      character === "\t" || character === "\n"
        ? character
        : character.split("").map(escapeUnit).join(""),
    );
}

/** At most `max` characters; the last is an ellipsis if the text was cut. */
export function clip(text: string, max: number): string {
  const characters = Array.from(text.slice(0, max * 2 + 2));
  return characters.length <= max && text.length <= max * 2
    ? text
    : `${characters.slice(0, max - 1).join("")}…`;
}

/** Names that are written differently in text. */
const spelled: Readonly<Record<string, string>> = {
  email: "e-mail",
  sms: "SMS",
  whatsapp: "WhatsApp",
};

/** `partially_paid` -> `partly paid`, `sms` -> `SMS`. */
export function words(name: string): string {
  const known = Object.hasOwn(spelled, name) ? spelled[name] : undefined;
  return known ?? name.replaceAll("_", " ").replace(/^partially /, "partly ");
}

/** Makes the first letter upper-case, for a heading. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `95` -> `1 min 35 s`: the two largest units. */
export function duration(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  if (days > 0) return `${String(days)} d ${String(hours)} h`;
  if (hours > 0) return `${String(hours)} h ${String(minutes)} min`;
  return minutes > 0 ? `${String(minutes)} min ${String(rest)} s` : `${String(rest)} s`;
}

/** A whole number with its noun: `1 event`, `2,400 events`. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;
}

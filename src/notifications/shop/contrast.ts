/** Whether white text can be read on a colour, by the contrast ratio of WCAG 2.2. Pure. */

/** What level AA asks of text of normal size (www.w3.org/TR/WCAG22/#contrast-minimum). */
export const CONTRAST_MIN = 4.5;

type Channels = readonly [number, number, number];

/** `#rgb` or `#rrggbb` -> 0 to 255 each; null where it is neither. */
function channelsOf(colour: string): Channels | null {
  const [, short, long] = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(colour) ?? [];
  const hex = long ?? short?.replace(/./g, "$&$&");
  if (hex === undefined) return null;
  const number = Number.parseInt(hex, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function hexOf(channels: Channels): string {
  return `#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(channels: Channels): number {
  const [red, green, blue] = channels.map((one) => {
    const share = one / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** 1 to 21. */
function contrastWithWhite(channels: Channels): number {
  return 1.05 / (luminance(channels) + 0.05);
}

/** `#rgb` and `#rrggbb` in one form; its contrast with white, and the nearest darker colour that has enough. */
export function readColour(
  text: string,
): { readonly colour: string; readonly contrast: number; readonly enough: string } | null {
  const channels = channelsOf(text.trim());
  if (channels === null) return null;
  const [red, green, blue] = channels;
  const darker = (step: number): Channels => {
    const share = 1 - step / 256;
    return [Math.floor(red * share), Math.floor(green * share), Math.floor(blue * share)];
  };
  let step = 0;
  // Black has 21, so this ends.
  while (contrastWithWhite(darker(step)) < CONTRAST_MIN) step += 1;
  return {
    colour: hexOf(channels),
    contrast: contrastWithWhite(channels),
    enough: hexOf(darker(step)),
  };
}

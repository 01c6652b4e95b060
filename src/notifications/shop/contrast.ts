/** Whether white text can be read on a colour, by the contrast ratio of WCAG 2.2. Pure. */

/** The minimum of level AA for text of normal size (www.w3.org/TR/WCAG22/#contrast-minimum). */
export const CONTRAST_MIN = 4.5;

/** More than the minimum, since a colour that is just readable on a dark card looks dull. */
const CONTRAST_ON_DARK = 8;

type Channels = readonly [number, number, number];

/** `#rgb` or `#rrggbb` -> 0 to 255 each; null if it is neither. */
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
function contrastOf(one: Channels, other: Channels): number {
  const [lighter, darker] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

const white: Channels = [255, 255, 255];
const black: Channels = [0, 0, 0];
const contrastWithWhite = (channels: Channels): number => contrastOf(channels, white);

/** The nearest lighter colour that can be read on a dark background; both are `#rrggbb`. */
export function lighterOn(colour: string, background: string): string {
  const from = channelsOf(colour) ?? white;
  const on = channelsOf(background) ?? black;
  const lighter = (step: number): Channels => {
    const [red, green, blue] = from;
    const mix = (one: number): number => Math.ceil(one + ((255 - one) * step) / 256);
    return [mix(red), mix(green), mix(blue)];
  };
  let step = 0;
  while (step < 256 && contrastOf(lighter(step), on) < CONTRAST_ON_DARK) step += 1;
  return hexOf(lighter(step));
}

/** The colour as `#rrggbb`, its contrast with white, and the nearest darker colour that has enough. */
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

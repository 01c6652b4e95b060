/** The colours of e-mails, in light and in dark. The accent is the shop's (setting `accent_colour`). */
import { lighterOn } from "../../shop/contrast";

export const light = {
  page: "#f3f4f2",
  card: "#ffffff",
  ink: "#1d2321",
  quiet: "#5c6662",
  line: "#e2e6e3",
} as const;
export const dark = {
  page: "#121615",
  card: "#1b2120",
  ink: "#eef2f0",
  quiet: "#a6b1ad",
  line: "#323b38",
} as const;

/** For the button and links: white text is readable on `light`, and `dark` is readable on a dark card. */
export interface Accents {
  readonly light: string;
  readonly onLight: string;
  readonly dark: string;
  readonly onDark: string;
}

const DEFAULT_ACCENT = "#1f5f4f";

/** `colour`: `#rrggbb` on which white text is readable; null: the default look. */
export function accentsOf(colour: string | null): Accents {
  const accent = colour ?? DEFAULT_ACCENT;
  return {
    light: accent,
    onLight: "#ffffff",
    dark: lighterOn(accent, dark.card),
    onDark: dark.page,
  };
}

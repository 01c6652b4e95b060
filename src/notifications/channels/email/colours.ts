/** The colours of e-mails, in light and in dark: a shop that wants others changes them here. */

/** Of the button, and of links; readable on white and on near-black. */
export const brand = {
  accent: "#1f5f4f",
  accentDark: "#7fd1b9",
  onAccent: "#ffffff",
  onAccentDark: "#0e1b17",
} as const;
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

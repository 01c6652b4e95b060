/** The colours of e-mails beside those of the brand, in light and in dark. */
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

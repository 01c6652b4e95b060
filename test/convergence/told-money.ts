/** Reads the amounts of an order as a person reads them: from the page, the mail, the terminal. */

/** The text of HTML markup. */
export function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .trim();
}

/** The texts of the badges in a part of a page. */
export function badgesIn(markup: string): readonly string[] {
  return [...markup.matchAll(/<span class="badge [a-z]+">([^<]*)<\/span>/g)].map(
    ([, text = ""]) => text,
  );
}

/** The first match in a page; throws if there is none. */
export function pieceOf(page: string, piece: RegExp): string {
  const [found] = piece.exec(page) ?? [];
  if (found === undefined) throw new Error(`no ${String(piece)} in the page`);
  return found;
}

/** `₹1,23,456.50` or `1,23,456.50 INR` -> millionths. */
export function microsIn(text: string): number {
  const [figure = ""] = /\d[\d,]*(?:\.\d+)?/.exec(text) ?? [];
  if (figure === "") throw new Error(`no amount in ${text}`);
  return Math.round(Number(figure.replaceAll(",", "")) * 1_000_000);
}

/** The amount after a label in a mail's text; null if no line has the label. */
export function lineIn(mail: string, label: string): number | null {
  const line = mail.split("\n").find((one) => one.startsWith(`${label}: `));
  return line === undefined ? null : microsIn(line);
}

/** The amount of a name in the name and value pairs of a page; null if there is none. */
export function factIn(page: string, name: string): number | null {
  const [, value] = new RegExp(`<dt>${name}</dt><dd>(.*?)</dd>`, "s").exec(page) ?? [];
  return value === undefined ? null : microsIn(textOf(value));
}

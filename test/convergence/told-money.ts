/** What each place says of an order's money, read as a person reads it: from the page, the mail, the terminal. */

/** The text of markup. */
export function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .trim();
}

/** The texts of the badges in a piece of a page. */
export function badgesIn(markup: string): readonly string[] {
  return [...markup.matchAll(/<span class="badge [a-z]+">([^<]*)<\/span>/g)].map(
    ([, text = ""]) => text,
  );
}

/** The first piece of a page that fits; fails where there is none. */
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

/** Of a mail as text: the amount behind a label; null where no line has it. */
export function lineIn(mail: string, label: string): number | null {
  const line = mail.split("\n").find((one) => one.startsWith(`${label}: `));
  return line === undefined ? null : microsIn(line);
}

/** Of name and value pairs on a page: the amount behind a name; null where none has it. */
export function factIn(page: string, name: string): number | null {
  const [, value] = new RegExp(`<dt>${name}</dt><dd>(.*?)</dd>`, "s").exec(page) ?? [];
  return value === undefined ? null : microsIn(textOf(value));
}

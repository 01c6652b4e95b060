/** Personal data in lists: enough to recognise, too little to read. Detail pages show it whole. */

/** `Asha Rao` -> `A. R.` */
export function maskName(name: string | null): string | null {
  if (name === null) return null;
  const parts = name.split(/\s+/).filter((part) => part !== "");
  return parts.map((part) => `${Array.from(part)[0] ?? ""}.`).join(" ");
}

/** `asha@mail.example` -> `a***@mail.example`, `+919876543210` -> `***210`, a URL -> its host. */
export function maskRecipient(recipient: string | null): string | null {
  if (recipient === null || recipient === "") return recipient;
  const url = /^https?:\/\//.test(recipient) ? URL.parse(recipient) : null;
  if (url !== null) return url.host;
  const at = recipient.lastIndexOf("@");
  if (at > 0) return `${Array.from(recipient)[0] ?? ""}***${recipient.slice(at)}`;
  return `***${recipient.slice(-3)}`;
}

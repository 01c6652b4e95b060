/**
 * The forms of vars and secrets: text in, the value out. Pure; config.ts reads the values and says what is expected
 * if one does not fit.
 */
import * as z from "zod/mini";
// With file extensions: tools run this file in Node directly.
import { parseAllowlist } from "./events/field-formats/allowlist.ts";
import { whyNotEndpoint } from "./events/field-formats/endpoint-address.ts";
import { parseCountry } from "./events/field-formats/phone.ts";
import { isTimeZone } from "./events/field-formats/time-zone.ts";
import { isObject, parseJson } from "./events/values.ts";

export const present = z.string().check(z.trim(), z.minLength(1));
/** No line break or other control character: it means two values pasted as one, or a file with something else. */
export const line = present.check(z.regex(/^\P{Cc}*$/u));
/** Sent or received in a header: clients and servers disagree on how to encode anything but ASCII. */
export const headerText = present.check(z.regex(/^[\x20-\x7e]*$/));
export const LINE = "text in one line";
export const HEADER_TEXT = "ASCII characters in one line";

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** https anywhere; plain http on loopback only, where development and tests listen. */
export const endpoint = present.check(
  z.refine((text) => {
    const url = URL.parse(text);
    if (url === null) return false;
    return url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname));
  }),
);
/** The same rules as for every endpoint (events/field-formats/endpoint-address.ts). */
export const forwardUrl = present.check(z.refine((text) => whyNotEndpoint(text.trim()) === null));
export const FORWARD_URL = "an https URL without credentials, at an address that is not private";
export const baseUrl = endpoint.check(z.overwrite((text) => text.replace(/\/+$/, "")));
export const boolean = z.pipe(
  present.check(z.toLowerCase(), z.regex(/^(true|false|1|0|yes|no)$/)),
  z.transform((text) => text === "true" || text === "1" || text === "yes"),
);
const numeric = (form: RegExp, min: number, max: number) =>
  z.pipe(
    z.pipe(present.check(z.regex(form)), z.transform(Number)),
    z.number().check(z.minimum(min), z.maximum(max)),
  );
/** Hours, with decimals for shops that want half an hour. */
export const hours = (max: number) => numeric(/^\d{1,6}(\.\d{1,4})?$/, 0, max);
export const count = (min: number, max: number) => numeric(/^\d{1,9}$/, min, max);
export const currency = present.check(z.toUpperCase(), z.regex(/^[A-Z]{3}$/));
export const country = z.pipe(
  present.check(z.refine((text) => parseCountry(text) !== null)),
  z.transform((text) => parseCountry(text)),
);
/** The texts (notifications/texts) know which languages exist: any other one counts as English there. */
export const locale = present.check(z.regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/));
export const zone = present.check(z.refine(isTimeZone));
/** `Shop <orders@shop.example>` or a bare address; a line break would end the header. */
export const address = present.check(z.regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/));
export const environmentName = present.check(z.toLowerCase(), z.regex(/^[a-z][a-z0-9_-]{0,31}$/));

export const allowlist = z.pipe(
  present.check(z.refine((text) => parseAllowlist(text) !== null)),
  z.transform((text) => parseAllowlist(text) ?? []),
);

/** Couriers and the URLs of their tracking pages; null if the text is invalid. */
function parseTrackingUrls(text: string): Readonly<Record<string, string>> | null {
  const table = parseJson(text);
  if (!isObject(table)) return null;
  const rows = new Map<string, string>();
  for (const [name, url] of Object.entries(table)) {
    if (typeof url !== "string" || !url.includes("{awb}")) return null;
    rows.set(name.trim().toLowerCase(), url);
  }
  return Object.fromEntries(rows);
}
export const trackingUrls = z.pipe(
  present.check(z.refine((text) => parseTrackingUrls(text) !== null)),
  z.transform((text) => parseTrackingUrls(text) ?? {}),
);
function isBase64(text: string): boolean {
  try {
    return atob(text) !== "";
  } catch {
    return false;
  }
}
export const webhookSecret = present.check(
  z.regex(/^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/),
  z.refine((text) => isBase64(text.replace(/^whsec_/, ""))),
);
/** With or without `whatsapp:` before it, as Twilio's own pages write it. */
export const whatsAppSender = present.check(
  z.overwrite((text) => text.replace(/^whatsapp:/, "")),
  z.regex(/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/i),
);
export const teamDomain = present.check(
  z.overwrite((text) => text.replace(/^https:\/\//, "").replace(/\/+$/, "")),
);

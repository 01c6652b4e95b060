/**
 * A page in the shop's zone. Pages are rendered in UTC, and the script turns that into the reader's zone;
 * where the shop has a zone of its own, the same is done here for every reader, with and without script.
 */
import { toLocal } from "../../events/time-zone";

const timeElement = /(<time datetime="([^"]+)"[^>]*>)[^<]*(?=<\/time>)/g;
const zonedInput = /value="[^"]*"( data-utc="([^"]*)")/g;

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** `html` is a rendered page: text from outside is escaped in it, and holds no tag or attribute. */
export function inZone(html: string, timeZone: string): string {
  return html
    .replace("<html ", `<html data-shop-zone="${timeZone}" `)
    .replaceAll(timeElement, (whole: string, tag: string, time: string) => {
      if (!isTime(time)) return whole;
      const local = toLocal(time, timeZone).slice(0, 19).replace("T", " ");
      return tag + (tag.includes('data-only="hour"') ? local.slice(11, 16) : local);
    })
    .replaceAll(zonedInput, (whole: string, rest: string, time: string) =>
      isTime(time) ? `value="${toLocal(time, timeZone).slice(0, 16)}"${rest}` : whole,
    )
    .replaceAll('<span data-zone="">(UTC)</span>', `<span data-zone="">(${timeZone})</span>`)
    .replace(
      '<span id="zone">Times are in UTC.</span>',
      `<span id="zone">Times are in ${timeZone}; point at one for UTC.</span>`,
    );
}

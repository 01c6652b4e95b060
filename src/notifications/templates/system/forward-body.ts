/**
 * The body of a forward: `{type, timestamp, data}`, and `order` if the endpoint wants it. `data` is cut out of the
 * stored body as text, never parsed and written again: numbers keep every digit, and deep nesting costs no stack. The
 * same event gives the same bytes at every attempt.
 */
import { type Form, recognize } from "../../../events/recognition.ts";

/** The fields of a stored event that the body is made from. */
interface ForwardedEvent {
  readonly event_type: string | null;
  /** Null if version 0.2 stored it. */
  readonly form: Form | null;
  /** ISO times. */
  readonly occurred_at: string | null;
  readonly received_at: string;
  /** JSON; null if the endpoint does not want it. */
  readonly order: string | null;
}

const bracket = /["{}[\]]/g;
const scalarEnd = /[\s,}\]]/g;
const blank = /[\s,:]*/y;

function skipBlank(json: string, at: number): number {
  blank.lastIndex = at;
  blank.exec(json);
  return Math.max(at, blank.lastIndex);
}

/** The position after the string that begins at `at`. */
function endOfString(json: string, at: number): number {
  let quote = json.indexOf('"', at + 1);
  while (quote !== -1) {
    let slashes = 0;
    while (json[quote - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    quote = json.indexOf('"', quote + 1);
  }
  return json.length;
}

/** The position after the value that begins at `at`. */
function endOfValue(json: string, at: number): number {
  const first = json[at];
  if (first === '"') return endOfString(json, at);
  if (first !== "{" && first !== "[") {
    scalarEnd.lastIndex = at;
    return scalarEnd.exec(json)?.index ?? json.length;
  }
  let depth = 0;
  bracket.lastIndex = at;
  for (let match = bracket.exec(json); match !== null; match = bracket.exec(json)) {
    const sign = match[0];
    if (sign === '"') bracket.lastIndex = endOfString(json, match.index);
    else depth += sign === "{" || sign === "[" ? 1 : -1;
    if (depth === 0) return match.index + 1;
  }
  return json.length;
}

/** The text of a member of a JSON object; of several with one name the last, as in JSON.parse. */
export function memberText(json: string, name: string): string | null {
  let found: string | null = null;
  let at = skipBlank(json, json.indexOf("{") + 1);
  while (json[at] === '"') {
    const keyEnd = endOfString(json, at);
    const key: unknown = JSON.parse(json.slice(at, keyEnd));
    const start = skipBlank(json, keyEnd);
    const end = endOfValue(json, start);
    if (key === name) found = json.slice(start, end);
    at = skipBlank(json, end);
  }
  return found;
}

/** The event's data as text: `data` (or `payload`) of an envelope, else the whole body. */
function dataText({ form }: ForwardedEvent, payload: string): string {
  const isEnvelope = (form ?? recognize(payload, null).form) === "envelope";
  if (!isEnvelope) return payload.trim();
  const given = ["data", "payload"].flatMap((name) => memberText(payload, name) ?? []);
  return given.find((text) => text.startsWith("{")) ?? given[0] ?? "null";
}

/** The body to forward. `payload` is the event's raw body, JSON as it was verified and stored. */
export function forwardBody(event: ForwardedEvent, payload: string): string {
  const type = JSON.stringify(event.event_type);
  const timestamp = JSON.stringify(event.occurred_at ?? event.received_at);
  const order = event.order === null ? "" : `,"order":${event.order}`;
  return `{"type":${type},"timestamp":${timestamp},"data":${dataText(event, payload)}${order}}`;
}

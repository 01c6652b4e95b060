/** The request of a signed-in person, and how its query and form are read. */
import type { Context } from "hono";
import type * as z from "zod/mini";
import { parseTime } from "../events/field-formats/time";
import type { AdminApiDeps } from "./deps";
import { clip, visible } from "./text";

export interface PageContext {
  readonly c: Context;
  readonly deps: AdminApiDeps;
  readonly who: string;
}

/** Pages show no mark for this environment. */
export const PRODUCTION = "production";

/** What every page of a request shows, and the current time and zone for its times. */
export interface Frame {
  /** STORE_NAME. */
  readonly shop: string;
  readonly environment: string;
  /** The zone of times; null: UTC, which the script converts to the reader's zone. */
  readonly zone: string | null;
  readonly now: Date;
}

const FRAME = "frame";

export function setFrame(c: Context, frame: Frame): void {
  c.set(FRAME, frame);
}

/** Null before `setFrame`. */
export function frameIn(c: Context): Frame | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- set above, and nowhere else
  return (c.get(FRAME) as Frame | undefined) ?? null;
}

function zoneIn(c: Context): string | null {
  return frameIn(c)?.zone ?? null;
}

/** Parses a time that a person has typed; without a zone, it is in the zone of the page. Null if it is invalid. */
export function timeIn(c: Context, text: string): string | null {
  return parseTime(text, zoneIn(c));
}

/** The fields of a form in the query; blank fields and unknown names are left out. */
export function asked(c: Context, names: readonly string[]): Readonly<Record<string, string>> {
  // Without script, a form sends a time like `2026-11-24T10:00`: it is in the zone of the page.
  const withZone = (text: string): string => timeIn(c, text) ?? text;
  const found = names.map((name) => [name, c.req.query(name)?.trim() ?? ""] as const);
  return Object.fromEntries(
    found
      .filter(([, text]) => text !== "")
      .map(([name, text]) => [name, name === "from" || name === "to" ? withZone(text) : text]),
  );
}

/** The parsed query, or the problem and the model's defaults. */
export function readQuery<Query>(
  model: z.ZodMiniType<Query>,
  values: Readonly<Record<string, string>>,
): { readonly query: Query; readonly problem: string | null } {
  const parsed = model.safeParse(values);
  if (parsed.success) return { query: parsed.data, problem: null };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? "");
    return `${name}: ${message} (“${clip(visible(values[name] ?? ""), 60)}”)`;
  });
  return { query: model.parse({}), problem: problems.join("; ") };
}

/** The id in the path, or in `?id=` if a path cannot contain it. */
export function idIn(c: Context, name: string): string {
  const part = c.req.param(name) ?? "";
  return part === "~" ? (c.req.query("id") ?? part) : part;
}

/** An id from a form, where it is URL-encoded: it may have invisible characters. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** A posted form; no fields if it cannot be read. */
export async function formOf(c: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await c.req.parseBody({ all: true });
  } catch {
    return {};
  }
}

/** The ids that were chosen in a posted form, by the name of their boxes. */
export async function chosenIn(c: Context, name: string): Promise<readonly string[]> {
  return [(await formOf(c))[name] ?? []]
    .flat()
    .flatMap((value) => (typeof value === "string" ? decoded(value) : []));
}

/** One field of a posted form. */
export async function fieldOf(c: Context, name: string): Promise<string> {
  const value = (await formOf(c))[name];
  return typeof value === "string" ? value : "";
}

/** The request of a signed-in person, and how its query and form are read. */
import type { Context } from "hono";
import type * as z from "zod/mini";
import { parseTime } from "../events/formats/time";
import type { AdminApiDeps } from "./deps";
import { clip, visible } from "./text";

export interface PageContext {
  readonly c: Context;
  readonly deps: AdminApiDeps;
  readonly who: string;
}

const ZONE = "timeZone";

/** Pages of this request show times in this zone; null: UTC, which the script converts to the reader's zone. */
export function setZone(c: Context, timeZone: string | null): void {
  c.set(ZONE, timeZone);
}

export function zoneIn(c: Context): string | null {
  const zone: unknown = c.get(ZONE);
  return typeof zone === "string" ? zone : null;
}

/** Pages show no mark for this environment. */
export const PRODUCTION = "production";
const ENVIRONMENT = "environment";

/** Pages of this request show this environment. */
export function setEnvironment(c: Context, name: string): void {
  c.set(ENVIRONMENT, name);
}

export function environmentIn(c: Context): string {
  const name: unknown = c.get(ENVIRONMENT);
  return typeof name === "string" ? name : PRODUCTION;
}

/** The fields of a form in the query; blank fields and unknown names are left out. */
export function asked(c: Context, names: readonly string[]): Readonly<Record<string, string>> {
  // Without script, a form sends a time like `2026-11-24T10:00`: it is in the zone of the page.
  const withZone = (text: string): string => parseTime(text, zoneIn(c)) ?? text;
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

/** A posted form; no fields if it cannot be read. */
export async function formOf(c: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await c.req.parseBody({ all: true });
  } catch {
    return {};
  }
}

/** One field of a posted form. */
export async function fieldOf(c: Context, name: string): Promise<string> {
  const value = (await formOf(c))[name];
  return typeof value === "string" ? value : "";
}

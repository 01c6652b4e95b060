/** `--set path=value`: one field of an event, changed before it is signed. */
import { InvalidArgumentError } from "commander";
import type { Draft } from "./draft.ts";

export interface Change {
  readonly path: readonly string[];
  readonly value: unknown;
}

const unsafe = new Set(["__proto__", "constructor", "prototype"]);

/** JSON if it is valid JSON, otherwise text. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `data.order_items[0].sku=TEA-1`, once per flag. */
export function parseChange(text: string, before: readonly Change[] = []): readonly Change[] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("It must be path=value, as data.status=shipped.");
  const path = text
    .slice(0, equals)
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".");
  if (path.some((part) => part.trim() === "" || unsafe.has(part) || /[[\]]/.test(part))) {
    throw new InvalidArgumentError(
      `"${text.slice(0, equals)}" is no path; write data.order_items[0].sku`,
    );
  }
  return [...before, { path, value: parseValue(text.slice(equals + 1)) }];
}

type Changed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

function change(value: unknown, path: readonly string[], depth: number, to: unknown): Changed {
  const key = path[depth];
  if (key === undefined) return { ok: true, value: to };
  const place = depth === 0 ? "the event" : path.slice(0, depth).join(".");
  const isLast = depth === path.length - 1;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (!/^\d+$/.test(key) || Number(key) >= list.length) {
      return { ok: false, problem: `${place} is a list of ${list.length}; "${key}" is not in it` };
    }
    const inner = change(list[Number(key)], path, depth + 1, to);
    return inner.ok ? { ok: true, value: list.with(Number(key), inner.value) } : inner;
  }
  if (typeof value !== "object" || value === null) {
    return { ok: false, problem: `${place} has nothing inside it` };
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  if (!fields.has(key) && !isLast) {
    return {
      ok: false,
      problem: `${place} has no ${key}; it has ${[...fields.keys()].join(", ")}`,
    };
  }
  const inner = change(fields.get(key), path, depth + 1, to);
  return inner.ok ? { ok: true, value: Object.fromEntries(fields.set(key, inner.value)) } : inner;
}

function has(event: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (typeof event !== "object" || event === null || !Object.hasOwn(event, key)) return false;
  return has(Reflect.get(event, key), rest);
}

export type ChangedDrafts =
  | { readonly ok: true; readonly drafts: readonly Draft[] }
  | { readonly ok: false; readonly problem: string };

/**
 * Makes a change in every event that already has the field; if no event has it, in every event that has a place for
 * it.
 */
export function applyChange(drafts: readonly Draft[], { path, value }: Change): ChangedDrafts {
  const isKnown = drafts.some(({ event }) => has(event, path));
  let problem = "there is no event to change";
  let count = 0;
  const changed = drafts.map((draft) => {
    if (isKnown && !has(draft.event, path)) return draft;
    const result = change(draft.event, path, 0, value);
    if (!result.ok) {
      ({ problem } = result);
      return draft;
    }
    count += 1;
    return { ...draft, event: { ...draft.event, ...Object(result.value) } };
  });
  return count > 0 ? { ok: true, drafts: changed } : { ok: false, problem };
}

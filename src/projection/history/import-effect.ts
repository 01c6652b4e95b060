/**
 * What an import would change: the meaning of its bodies and the present rows in; the differences of each body, with
 * their reasons, out. Pure. The bodies of a slice build on each other, as they do when they are applied.
 */
import { paymentWord } from "../../events/stages";
import type { Interpretation } from "../interpret";
import { entities, type Entity, type Patch, type Setting, type Value } from "../registers";
import { compareSettings } from "./explain";
import type { Comparison, StateRow } from "./explanation";

/** One value of a body that differs from the stored one. */
export interface ImportDifference {
  readonly entity: Entity;
  readonly key: string;
  /** Null if the row is missing. */
  readonly column: string | null;
  readonly stored: Value;
  /** In the body; null if the body has none, which empties the column if the import applies. */
  readonly imported: Value;
  /** Whether the import would set it. */
  readonly applies: boolean;
  readonly why: Exclude<Comparison, "stands" | "not applied"> | "missing" | "newer";
  /** The precedence of the stored value; empty if nothing has set it. */
  readonly precedence: string;
}

export interface ImportEffect {
  /** `new`: the order was not known. */
  readonly kind: "new" | "changed" | "unchanged";
  readonly differences: readonly ImportDifference[];
}

type Row = Record<string, Value>;

function nameOf({ entity, key }: { readonly entity: Entity; readonly key: string }): string {
  return `${entity} ${key}`;
}

function precedenceIn(row: Row, register: string): string {
  return String(row[`${register}_precedence`] ?? "");
}

/** The values of a register with the stored ones; the payment status as the order has it in the end. */
function pairsOf(row: Row, { values }: Setting): readonly (readonly [string, Value, Value])[] {
  return Object.entries(values).map(([column, imported]) => {
    if (column !== "snapshot_payment_status") return [column, row[column] ?? null, imported];
    const word = imported === null ? null : paymentWord(String(imported));
    const isFree = row["payable_micros"] === 0 && row["payment_status"] === "success";
    return ["payment_status", row["payment_status"] ?? null, isFree ? "success" : word];
  });
}

function differencesIn(patch: Patch, row: Row): readonly ImportDifference[] {
  const { entity, key } = patch;
  return [...patch.settings].flatMap(([register, setting]) => {
    const precedence = precedenceIn(row, register);
    const comparison = compareSettings(setting.precedence, precedence);
    const applies = setting.precedence > precedence;
    const why = comparison === "not applied" || comparison === "stands" ? "newer" : comparison;
    return pairsOf(row, setting)
      .filter(([, stored, imported]) => stored !== imported)
      .map(([column, stored, imported]) => ({
        entity,
        key,
        column,
        stored,
        imported,
        applies,
        why,
        precedence,
      }));
  });
}

function missingRow({ entity, key }: Patch): ImportDifference {
  return {
    entity,
    key,
    column: null,
    stored: null,
    imported: key,
    applies: true,
    why: "missing",
    precedence: "",
  };
}

function merge(patch: Patch, row: Row): void {
  for (const [register, { precedence, values }] of patch.settings) {
    if (precedence <= precedenceIn(row, register)) continue;
    Object.assign(row, values, { [`${register}_precedence`]: precedence });
    if (register === "snapshot_payment") {
      const status = values["snapshot_payment_status"];
      row["payment_status"] = paymentWord(String(status ?? ""));
    }
  }
}

/** The orders that a body is about or names: an unknown one gets a row. */
function ordersIn(patches: readonly Patch[]): readonly string[] {
  return patches.flatMap(({ entity, key, settings }) => {
    if (entity === "orders") return [key];
    const named = settings.get("link")?.values["named_order"];
    return typeof named === "string" ? [named] : [];
  });
}

/** For each meaning, in their order. `stored`: the rows that they patch, as they are now. */
export function effectsOf(
  meanings: readonly Interpretation[],
  stored: readonly StateRow[],
): readonly ImportEffect[] {
  const rows = new Map(stored.map((row) => [nameOf(row), { ...row.columns }]));
  const rowOf = (entity: Entity, key: string): Row | undefined => rows.get(nameOf({ entity, key }));
  const begin = (entity: Entity, key: string): Row => {
    const row: Row = { [entities[entity].key]: key };
    rows.set(nameOf({ entity, key }), row);
    return row;
  };
  return meanings.map(({ patches }) => {
    const isNew = ordersIn(patches).some((number) => rowOf("orders", number) === undefined);
    const differences = patches.flatMap((patch) => {
      const row = rowOf(patch.entity, patch.key);
      const found = row === undefined ? [missingRow(patch)] : differencesIn(patch, row);
      merge(patch, row ?? begin(patch.entity, patch.key));
      return found;
    });
    for (const number of ordersIn(patches)) {
      if (rowOf("orders", number) === undefined) begin("orders", number);
    }
    const isChanged = differences.some(({ applies }) => applies);
    return { kind: isNew ? "new" : isChanged ? "changed" : "unchanged", differences };
  });
}

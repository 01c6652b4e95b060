/**
 * Which events an endpoint wants: names of types, with wildcards. `*` is every type, `payment.*` every type that
 * begins with `payment.`.
 */
import { catalog } from "../events/catalog";

/** Where events of these types are forwarded to. */
export interface ForwardTarget {
  readonly endpoint: string;
  readonly eventTypes: readonly string[];
}

const typeNames: readonly string[] = catalog.map(({ type }) => type);

function groupsOf(type: string): readonly string[] {
  const parts = type.split(".");
  return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join(".")}.*`);
}

/** Every name that a filter may have. */
export const filterNames: readonly string[] = [
  "*",
  ...new Set(typeNames.flatMap((type) => [...groupsOf(type), type])),
];

export function isWanted(type: string, eventTypes: readonly string[]): boolean {
  return eventTypes.some((name) => name === "*" || name === type || groupsOf(type).includes(name));
}

/** Names from the code in a statement: `'a', 'b'`. Not for values from outside. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

/** Names of the code in a statement: `'a', 'b'`. For names that nobody outside can choose. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

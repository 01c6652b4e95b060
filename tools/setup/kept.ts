/**
 * Secrets that the set-up made, in .setup/<environment>.env, for the owner's eyes only: wrangler never
 * shows a secret again, and Commerce Engine has to be told. Written before the secret is set, so that
 * none is lost in between.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { EnvironmentName } from "./options.ts";

export interface KeptSecrets {
  /** Where they are, as a person would type it. */
  readonly path: string;
  readonly read: () => ReadonlyMap<string, string>;
  readonly keep: (values: ReadonlyMap<string, string>) => void;
}

const HEAD = `# Made by "npm run setup". Put these into your password manager, tell Commerce Engine the first,
# then delete this file. It is never committed.
`;

export function keptSecrets(root: URL, environment: EnvironmentName): KeptSecrets {
  const path = `.setup/${environment}.env`;
  const file = new URL(path, root);
  const read = (): ReadonlyMap<string, string> => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return new Map(
      [...text.matchAll(/^([A-Z][A-Z0-9_]*)="?([^"\n]*)"?$/gm)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
  };
  return {
    path,
    read,
    keep(values) {
      const all = new Map([...read(), ...values]);
      const lines = [...all].map(([name, value]) => `${name}="${value}"\n`);
      mkdirSync(new URL(".", file), { recursive: true, mode: 0o700 });
      const fresh = new URL(`${path}.new`, root);
      writeFileSync(fresh, HEAD + lines.join(""), { mode: 0o600 });
      chmodSync(fresh, 0o600);
      renameSync(fresh, file);
    },
  };
}

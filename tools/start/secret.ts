/** The local secrets: creates `.dev.vars` if it is missing, and never changes an existing one. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Config, parseConfig } from "../../src/config.ts";

export type SecretState = "made" | "found" | "missing";

const HEADER =
  '# Local secrets, read by "npm start". Never committed. .dev.vars.example names the others.';

/** The configuration that the Worker will read from the file. */
export function readLocalConfig(file: URL): Config {
  return parseConfig(parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, "")));
}

function writeSecrets(): string {
  const lines = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN"].map(
    (name) => `${name}=${randomBytes(24).toString("hex")}`,
  );
  return [HEADER, ...lines, ""].join("\n");
}

/** Ensures that there is a secret to sign with; "missing": the file exists, but has no usable secret. */
export function provideSecret(file: URL): SecretState {
  if (existsSync(file)) {
    return readLocalConfig(file).receipt.secrets === null ? "missing" : "found";
  }
  // Exclusive, so that a file that appears in between is not overwritten either.
  writeFileSync(file, writeSecrets(), { flag: "wx", mode: 0o600 });
  return "made";
}

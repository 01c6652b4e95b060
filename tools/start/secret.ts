/** The local secrets: creates `.dev.vars` if it is missing, and never changes an existing one. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export type SecretState = "made" | "found" | "missing";

const HEADER =
  '# Local secrets, read by "npm start". Never committed. .dev.vars.example names the others.';

/** Set, and not blank. */
function has(text: string, name: string): boolean {
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=\\s*["']?[^\\s"']`, "m").test(text);
}

function writeSecrets(): string {
  const lines = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN"].map(
    (name) => `${name}=${randomBytes(24).toString("hex")}`,
  );
  return [HEADER, ...lines, ""].join("\n");
}

/** Ensures that there is a secret to sign with; "missing": the file exists and has none. */
export function provideSecret(file: URL): SecretState {
  if (existsSync(file)) {
    return has(readFileSync(file, "utf8"), "CE_WEBHOOK_SECRET") ? "found" : "missing";
  }
  // Exclusive: a file that appears in between is not overwritten either.
  writeFileSync(file, writeSecrets(), { flag: "wx", mode: 0o600 });
  return "made";
}

/** Whether the console and the admin API will exist. */
export function hasAdminToken(file: URL): boolean {
  return has(readFileSync(file, "utf8"), "ADMIN_TOKEN");
}

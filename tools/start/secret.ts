/** The local secret: `.dev.vars` is made where it is missing, and never changed where it is there. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export type SecretState = "made" | "found" | "missing";

const TEMPLATE = `# Local secrets, read by "npm start". Never committed. .dev.vars.example names the others.
CE_WEBHOOK_SECRET=`;

/** Makes sure of a secret to sign with; "missing": the file is there and has none. */
export function provideSecret(file: URL): SecretState {
  if (existsSync(file)) {
    const text = readFileSync(file, "utf8");
    return /^\s*(export\s+)?CE_WEBHOOK_SECRET\s*=\s*["']?[^\s"']/m.test(text) ? "found" : "missing";
  }
  // Exclusive: a file that appears in between is not overwritten either.
  const options = { flag: "wx", mode: 0o600 };
  writeFileSync(file, `${TEMPLATE}${randomBytes(24).toString("hex")}\n`, options);
  return "made";
}

/** This machine: the version of Node, the installed packages, the local secrets. */
import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import type { Settings } from "../settings.ts";
import { type Finding, found } from "./finding.ts";

const root = new URL("../../", import.meta.url);

/** Older versions cannot run TypeScript. */
const NODE_LEAST = 24;

const manifest = z.looseObject({ version: z.string() });
const project = z.looseObject({ devDependencies: z.record(z.string(), z.string()) });

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}

function checkNode(): Finding {
  const { node } = process.versions;
  return Number(node.split(".")[0]) >= NODE_LEAST
    ? found.ok("node", `the tools run on Node ${node}`)
    : found.fail(
        "node",
        `Node ${node} is too old for the tools`,
        "run npm ci, and then npx ce-webhooks",
      );
}

function checkPackages(): Finding {
  const { devDependencies } = project.parse(readJson("package.json"));
  const wanted = devDependencies["wrangler"] ?? "?";
  try {
    const { version } = manifest.parse(readJson("node_modules/wrangler/package.json"));
    return version === wanted
      ? found.ok("packages", `wrangler ${version} is installed, as package.json pins it`)
      : found.warn(
          "packages",
          `wrangler ${version} is installed, package.json pins ${wanted}`,
          "npm ci",
        );
  } catch {
    return found.fail("packages", "wrangler is not installed", "npm ci");
  }
}

function checkSecrets({ secret, token, isLocal }: Settings): readonly Finding[] {
  const where = isLocal ? "npm start makes one in .dev.vars; else " : "";
  return [
    secret === null
      ? found.fail(
          "secret here",
          "no CE_WEBHOOK_SECRET to sign with",
          `${where}set CE_WEBHOOK_SECRET`,
        )
      : found.ok("secret here", `taken from ${secret.source}`),
    token === null
      ? found.warn(
          "token here",
          "no ADMIN_TOKEN: the inside of the receiver cannot be seen",
          isLocal ? "add ADMIN_TOKEN to .dev.vars and start the receiver again" : "set ADMIN_TOKEN",
        )
      : found.ok("token here", `taken from ${token.source}`),
  ];
}

export function checkMachine(settings: Settings): readonly Finding[] {
  return [checkNode(), checkPackages(), ...checkSecrets(settings)];
}

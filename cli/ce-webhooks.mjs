#!/usr/bin/env node
/**
 * Starts the command line with the Node that `npm ci` has installed: the tools are TypeScript, and the machine's
 * own Node may be too old for it. Signals are passed on to it, and its exit code is passed back.
 */
import { spawn } from "node:child_process";
import http from "node:http";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const itself = fileURLToPath(import.meta.url);
/** Version 24.14 and newer run TypeScript and support a proxy. */
const isNew = Number(process.versions.node.split(".")[0]) >= 24 && "setGlobalProxyFromEnv" in http;

/** Null if nothing is installed. */
function findNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    return join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch {
    return null;
  }
}

function start() {
  const node = findNode();
  if (node === null) {
    const folder = fileURLToPath(new URL("..", import.meta.url));
    process.stderr.write(`Nothing is installed yet; run npm ci in ${folder} first\n`);
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [itself, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.once("error", (error) => {
    process.stderr.write(`Cannot start ${node}: ${error.message}; run npm ci again\n`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (isNew) {
  // Removing the types takes half the time of a short command; the cache saves that.
  module.enableCompileCache();
  await import("./main.ts");
} else {
  start();
}

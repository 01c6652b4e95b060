/**
 * `npm run test:fuzz -- --minutes N [--seed S]`: random deliveries and requests, for longer than the normal tests.
 * Prints the seed; a failure prints the smallest case that fails.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("npm run test:fuzz -- [--minutes 10] [--seed 1]");
  process.exit(0);
}
for (const [name, value] of Object.entries({ minutes: values.minutes, seed: values.seed ?? "1" })) {
  if (!/^[1-9]\d{0,8}$/.test(value)) {
    console.error(`--${name} takes a whole number from 1, not ${JSON.stringify(value)}`);
    process.exit(2);
  }
}

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const environment = { ...process.env, TEST_FUZZ_MINUTES: values.minutes };
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz"], {
  stdio: "inherit",
  env: values.seed === undefined ? environment : { ...environment, TEST_SEED: values.seed },
});
process.exit(status ?? 1);

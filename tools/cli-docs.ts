/** `npm run docs:cli`: writes docs/cli.md from the commands. */
import { writeFileSync } from "node:fs";
import { createCli } from "./cli/cli.ts";
import { createOutput } from "./cli/output.ts";
import { createProgram } from "./cli/program.ts";
import { writeReference } from "./cli/reference.ts";

// As it looks without a terminal: eighty columns, no colours.
const { stdin, stderr } = process;
const out = createOutput({ stdin, stdout: stderr, stderr }, { NO_COLOR: "1" });
const cli = createCli({}, { ...out, width: 80 }, new AbortController().signal);
const program = await createProgram(cli, null);
const file = new URL("../docs/cli.md", import.meta.url);
writeFileSync(file, writeReference(program));

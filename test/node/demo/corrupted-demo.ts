/** The demo with evidence that is corrupted before the checks. */
import { runDemo } from "../../../testbed/demo/run.ts";
import { corrupt } from "./corrupt.ts";

await runDemo(corrupt);

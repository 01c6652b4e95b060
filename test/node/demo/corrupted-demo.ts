/** The demo on evidence that is corrupted before it is checked. */
import { runDemo } from "../../../testbed/demo/run.ts";
import { corrupt } from "./corrupt.ts";

await runDemo(corrupt);

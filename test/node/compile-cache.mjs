/** Lets the test files, and the processes that they start, share one compile cache. */
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache");
module.enableCompileCache(process.env["NODE_COMPILE_CACHE"]);

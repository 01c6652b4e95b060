/** A thread that runs commands one after the other, with the signs of the environment that it was started with. */
import { parentPort } from "node:worker_threads";
import { type Command, runHere } from "./run-here.ts";

async function answer(command: Command): Promise<void> {
  const ended = await runHere(command);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(ended);
}

parentPort?.on("message", (command: Command) => void answer(command));

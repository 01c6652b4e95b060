/** CPU time of processes, as Linux counts it. */
import { readFileSync } from "node:fs";

/** A tick of /proc is a hundredth of a second. */
const TICK_MS = 10;

/** 0 if the process has ended. The name is in brackets and may contain any text. */
function ticksOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

/** User and system time, in milliseconds. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid) * TICK_MS, 0);
}

/** CPU time of processes, as Linux counts it. */
import { readdirSync, readFileSync } from "node:fs";

/** A tick of /proc is a hundredth of a second. */
const TICK_MS = 10;

interface Stat {
  readonly name: string;
  readonly parent: number;
  readonly cpuTicks: number;
}

/** Null where the process has ended. The name stands in brackets and may hold anything. */
function statOf(pid: number | string): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  const end = text.lastIndexOf(")");
  const fields = text
    .slice(end + 2)
    .split(" ")
    .map(Number);
  const [, parent = 0] = fields;
  const [utime = 0, stime = 0] = fields.slice(11, 13);
  return { name: text.slice(text.indexOf("(") + 1, end), parent, cpuTicks: utime + stime };
}

/** Children of this process that bear the name. */
export function childProcesses(name: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const stat = statOf(pid);
      return stat?.name === name && stat.parent === process.pid;
    })
    .map(Number);
}

/** User and system time, in milliseconds. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (statOf(pid)?.cpuTicks ?? 0) * TICK_MS, 0);
}

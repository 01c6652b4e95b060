/** The workerd processes that this process has started, according to `ps`. */
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory in bytes. */
  readonly rssBytes: number;
  readonly name: string;
}

function listProcesses(): readonly Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,stat=,comm="], {
    encoding: "utf8",
  });
  return table.split("\n").flatMap((line) => {
    const [, pid, parent, rss, stat, name] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    // A dead process that still waits for its parent counts as gone.
    if (name === undefined || stat?.startsWith("Z") === true) return [];
    return [{ pid: Number(pid), parent: Number(parent), rssBytes: Number(rss) * 1_024, name }];
  });
}

export function workerdProcesses(): readonly Process[] {
  return listProcesses().filter(
    ({ parent, name }) => parent === process.pid && name.includes("workerd"),
  );
}

/** SIGKILL: nothing is flushed, closed or reported. Returns when the processes are gone. */
export async function killHard(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
  while (listProcesses().some(({ pid }) => pids.includes(pid))) await sleep(20);
}

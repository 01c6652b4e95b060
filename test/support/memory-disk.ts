/**
 * Puts temporary files into memory where the system has such a disk: D1 then waits for no disk at each write. SQLite
 * syncs as it does on a disk, and no test is about a machine that loses its power.
 */
import { existsSync, statfsSync } from "node:fs";

const MEMORY_DISK = "/dev/shm";
/** Containers often have 64 MiB there, which one test of large events fills. */
const ENOUGH_BYTES = 1_073_741_824;

export function useMemoryDisk(): void {
  if (process.env["TMPDIR"] !== undefined || !existsSync(MEMORY_DISK)) return;
  const { bavail, bsize } = statfsSync(MEMORY_DISK);
  if (bavail * bsize >= ENOUGH_BYTES) process.env["TMPDIR"] = MEMORY_DISK;
}

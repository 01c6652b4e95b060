/** How things look in a terminal: states, amounts, times. */
import { signs } from "../../testbed/terminal/text.ts";
import type { Output } from "../../testbed/terminal/output.ts";

type Colours = Output["colours"];
type Shade = "green" | "red" | "yellow" | "cyan" | "dim";

const plain = signs.ok === "ok";

const states: Readonly<Record<string, readonly [sign: string, shade: Shade]>> = {
  processed: [signs.ok, "green"],
  sent: [signs.ok, "green"],
  sets: [signs.ok, "green"],
  received: [plain ? "../../tools" : "…", "cyan"],
  waiting: [plain ? "../../tools" : "…", "cyan"],
  pending: [plain ? "../../tools" : "…", "cyan"],
  ignored: [plain ? "--" : "–", "dim"],
  suppressed: [plain ? "--" : "–", "dim"],
  lost: [plain ? "--" : "–", "dim"],
  purged: [plain ? "--" : "–", "dim"],
  quarantined: ["!", "yellow"],
  failed: [signs.bad, "red"],
};

/** A state of an event or a message, with its sign. */
export function stateOf(colours: Colours, state: string): string {
  const [sign, shade] = states[state] ?? ["?", "yellow"];
  return colours[shade](`${sign} ${state}`);
}

/** 2499500000, INR -> ₹2,499.50 */
export function amount(micros: unknown, currency: unknown): string {
  if (typeof micros !== "number") return "";
  const code = typeof currency === "string" ? currency : null;
  try {
    return new Intl.NumberFormat("en-IN", {
      minimumFractionDigits: 2,
      ...(code === null ? {} : { style: "currency", currency: code }),
    }).format(micros / 1_000_000);
  } catch {
    // A code that ISO 4217 does not know.
    return `${(micros / 1_000_000).toFixed(2)} ${code ?? ""}`.trim();
  }
}

/** `2026-11-24T10:42:07.123Z` -> `10:42:07` today, `11-24 10:42` on another day; UTC. */
export function shortTime(time: string | null, now: Date): string {
  if (time === null) return "";
  const today = now.toISOString().slice(0, 10);
  return time.startsWith(today) ? time.slice(11, 19) : `${time.slice(5, 10)} ${time.slice(11, 16)}`;
}

/** `2026-11-24 10:42:07 UTC` */
export function fullTime(time: unknown): string {
  if (typeof time !== "string") return "";
  return /^\d{4}-\d{2}-\d{2}T/.test(time) ? `${time.slice(0, 19).replace("T", " ")} UTC` : time;
}

/** `command` as a person would type it, in the way that works here. */
export function commandLine(command: string): string {
  return `npx ce-webhooks ${command}`;
}

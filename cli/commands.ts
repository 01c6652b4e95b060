/**
 * The commands, in the groups and the order of the help. To add one, write a file in commands/ and a line here;
 * help, completion and docs/cli.md follow from it.
 */
import type { Command } from "commander";
import type { Cli } from "./cli.ts";

type Create = (cli: Cli) => Command;

interface CommandRow {
  readonly name: string;
  readonly load: () => Promise<Create>;
}

interface Group {
  readonly heading: string;
  readonly commands: readonly CommandRow[];
}

const row = (name: string, load: CommandRow["load"]): CommandRow => ({ name, load });

export const groups: readonly Group[] = [
  {
    heading: "Send:",
    commands: [
      row("trigger", async () => (await import("./commands/trigger.ts")).triggerCommand),
      row("simulate", async () => (await import("./commands/simulate.ts")).simulateCommand),
      row("sign", async () => (await import("./commands/sign.ts")).signCommand),
      row("verify", async () => (await import("./commands/sign.ts")).verifyCommand),
    ],
  },
  {
    heading: "Bring in:",
    commands: [
      row("import", async () => (await import("./import/import.ts")).importCommand),
      row("compare", async () => (await import("./import/compare.ts")).compareCommand),
    ],
  },
  {
    heading: "Look:",
    commands: [
      row("find", async () => (await import("./find/command.ts")).findCommand),
      row("events", async () => (await import("./commands/events.ts")).eventsCommand),
      row("event", async () => (await import("./commands/event.ts")).eventCommand),
      row("orders", async () => (await import("./commands/orders.ts")).ordersCommand),
      row("order", async () => (await import("./commands/orders.ts")).orderCommand),
      row("explain", async () => (await import("./commands/explain.ts")).explainCommand),
      row(
        "messages",
        async () => (await import("./commands/messages/messages.ts")).messagesCommand,
      ),
      row("message", async () => (await import("./commands/messages/messages.ts")).messageCommand),
      row("tail", async () => (await import("./commands/tail.ts")).tailCommand),
      row("listen", async () => (await import("./commands/listen.ts")).listenCommand),
    ],
  },
  {
    heading: "Put right:",
    commands: [
      row("replay", async () => (await import("./commands/replay.ts")).replayCommand),
      row("endpoints", async () => (await import("./endpoints/command.ts")).endpointsCommand),
      row("resend", async () => (await import("./commands/messages/messages.ts")).resendCommand),
      row(
        "quiet-until",
        async () => (await import("./commands/messages/quiet-until.ts")).quietUntilCommand,
      ),
      row("doctor", async () => (await import("./commands/doctor.ts")).doctorCommand),
      row("restore", async () => (await import("./commands/restore.ts")).restoreCommand),
      row("backup", async () => (await import("./commands/backup.ts")).backupCommand),
    ],
  },
  {
    heading: "About a person:",
    commands: [
      row("export", async () => (await import("./commands/export.ts")).exportCommand),
      row("erase", async () => (await import("./commands/erase.ts")).eraseCommand),
    ],
  },
];

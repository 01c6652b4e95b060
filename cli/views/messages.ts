/** Messages to customers, the team and endpoints: as a list, and one complete message. */
import type { MessageDetail, MessageRow } from "../api/answers.ts";
import { fullTime, shortTime, stateOf, type When, zoneName } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable, type TableRow } from "../../testbed/terminal/table.ts";
import { printFacts } from "./facts.ts";

/** Why it was not sent, or not yet. */
function reasonOf(
  { reason, error, status, next_attempt_at: next }: MessageRow,
  when: When,
): string {
  if (reason !== null) return reason;
  if (error !== null) return error;
  return status === "pending" && next !== null ? `due ${shortTime(next, when)}` : "";
}

export function printMessages(out: Output, messages: readonly MessageRow[], when: When): void {
  const { colours } = out;
  printTable(
    out,
    [{ title: zoneName(when) }, { title: "status" }, { title: "message", narrow: "cut" }],
    messages.flatMap((message): readonly TableRow[] => {
      const reason = reasonOf(message, when);
      return [
        [
          shortTime(message.sent_at ?? message.created_at, when),
          stateOf(colours, message.status),
          message.id,
        ],
        ...(reason === "" ? [] : [{ remark: colours.dim(reason) }]),
      ];
    }),
  );
}

/** `200 in 163 ms`, or the text that replaces an answer. */
function attemptText({ status, answer, ms }: MessageDetail["attempt_log"][number]): string {
  const words = [status, answer].filter((word) => word !== null && word !== "").join(" ");
  return `${words === "" ? "accepted" : words} in ${String(ms)} ms`;
}

export function printMessage(out: Output, message: MessageDetail, when: When): void {
  const { colours, print } = out;
  print(`${colours.bold(message.id)}  ${stateOf(colours, message.status)}`);
  printFacts(out, [
    ["template", message.template],
    ["channel", message.channel],
    ["order", message.order_number],
    ["to", message.recipient],
    ["why", reasonOf(message, when)],
    ["created", fullTime(message.created_at, when)],
    ["sent", fullTime(message.sent_at, when)],
    ["tries", message.attempts === 0 ? null : String(message.attempts)],
    [
      "tried",
      message.attempt_log.map(
        (attempt) => `${fullTime(attempt.at, when) ?? ""}  ${attemptText(attempt)}`,
      ),
    ],
  ]);
  print();
  if (message.rendered === null)
    print(colours.dim("  It was never written: that happens when it is sent."));
  else out.text(`${message.rendered}\n`);
}

/** Messages to customers, the team and the forward endpoint, as a list and whole. */
import type { MessageRow } from "../api/answers.ts";
import { fullTime, shortTime, stateOf } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable, type TableRow } from "../../testbed/terminal/table.ts";
import { printFacts } from "./facts.ts";

/** Why it was not sent, or has not been yet. */
function reasonOf({ reason, error, status, next_attempt_at: next }: MessageRow, now: Date): string {
  if (reason !== null) return reason;
  if (error !== null) return error;
  return status === "pending" && next !== null ? `due ${shortTime(next, now)}` : "";
}

export function printMessages(out: Output, messages: readonly MessageRow[], now: Date): void {
  const { colours } = out;
  printTable(
    out,
    [{ title: "UTC" }, { title: "status" }, { title: "message", narrow: "cut" }],
    messages.flatMap((message): readonly TableRow[] => {
      const reason = reasonOf(message, now);
      return [
        [
          shortTime(message.sent_at ?? message.created_at, now),
          stateOf(colours, message.status),
          message.id,
        ],
        ...(reason === "" ? [] : [{ remark: colours.dim(reason) }]),
      ];
    }),
  );
}

export function printMessage(
  out: Output,
  message: MessageRow & { readonly rendered: string | null },
  now: Date,
): void {
  const { colours, print } = out;
  print(`${colours.bold(message.id)}  ${stateOf(colours, message.status)}`);
  printFacts(out, [
    ["template", message.template],
    ["channel", message.channel],
    ["order", message.order_number],
    ["to", message.recipient],
    ["why", reasonOf(message, now)],
    ["asked for", fullTime(message.created_at)],
    ["sent", fullTime(message.sent_at)],
    ["tries", message.attempts === 0 ? null : String(message.attempts)],
  ]);
  print();
  if (message.rendered === null)
    print(colours.dim("  It was never written: that happens when it is sent."));
  else print(message.rendered);
}

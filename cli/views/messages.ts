/** Messages to customers, the team and the forward endpoint: as a list, and one complete message. */
import type { MessageRow } from "../api/answers.ts";
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

export function printMessage(
  out: Output,
  message: MessageRow & { readonly rendered: string | null },
  when: When,
): void {
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
  ]);
  print();
  if (message.rendered === null)
    print(colours.dim("  It was never written: that happens when it is sent."));
  else out.text(`${message.rendered}\n`);
}

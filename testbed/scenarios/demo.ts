/**
 * `npm run demo`: a day at a shop, from signed webhooks to orders, money and messages, on this
 * machine alone. Prints what the owner would see, checks it against the stories that were told, and
 * exits with 0 only where all of it holds (1: a check failed; 2: wrong flags; 130: Ctrl-C).
 */
import pc from "picocolors";
import { runCommand } from "../terminal/command.ts";
import { reportExplained } from "./demo/explain.ts";
import { falsify } from "../../test/node/demo/corrupt.ts";
import { parseOptions, type DemoOptions } from "./demo/options.ts";
import { reportEdges } from "./demo/edges.ts";
import { reportForms } from "./demo/forms.ts";
import { reportShop } from "./demo/shop.ts";
import { runDay } from "./demo/run.ts";
import { clip, count, print, printHeading } from "../terminal/terminal.ts";
import { judge } from "../checks/verdict.ts";

function introduce({ orders, seed }: DemoOptions): void {
  print();
  print(`${pc.bold("A day at Indigo Bazaar")}  ${pc.dim(`${count(orders)} orders, seed ${seed}`)}`);
  print();
}

/** The same by hand. */
function printNext(): void {
  print(`  By hand: ${pc.cyan("npm start")}, and in another shell`);
  print(`  ${pc.cyan("npx ce-webhooks trigger payment-fails-twice --order ORD-1")}`);
  print(`  ${pc.cyan("npx ce-webhooks explain ORD-1")}`);
  print();
}

async function live(options: DemoOptions, cleanup: (() => Promise<void>)[]): Promise<boolean> {
  introduce(options);
  const { evidence, explanation, errors } = await runDay(options, cleanup);
  reportShop(evidence);
  reportForms(evidence);
  reportEdges(evidence);
  reportExplained(explanation);
  const held = judge(options.falsify ? falsify(evidence) : evidence);
  if (errors.length > 0) {
    printHeading("The Worker's own errors", count(errors.length));
    for (const error of [...new Set(errors)].slice(0, 10)) print(`  ${clip(error, 400)}`);
  }
  if (held) printNext();
  return held;
}

await runCommand(parseOptions(process.argv.slice(2)), live);

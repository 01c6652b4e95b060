/** The result of a simulation: a few words while it runs, figures at the end. */
import { clip, count, signs } from "../../testbed/terminal/text.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { forms } from "../../testbed/stories/index.ts";
import { printFacts, printTitle } from "../views/facts.ts";
import type { Reconciliation } from "./reconcile.ts";
import type { Tally } from "./tally.ts";

/** Problems that are shown; the others are counted. */
const SHOWN = 10;

export function describeLive(tally: Tally, isWatched: boolean): string {
  const { sent, acknowledged, applied, seconds } = tally;
  const rate = Math.round(sent / Math.max(0.1, seconds));
  const seen = isWatched ? `, ${count(applied)} applied` : "";
  return `${count(acknowledged.size)} events acknowledged${seen}, ${count(rate)}/s`;
}

function printProblems({ print, colours }: Output, problems: readonly string[]): void {
  for (const problem of problems.slice(0, SHOWN)) print(`    ${clip(problem, 110)}`);
  if (problems.length > SHOWN) print(colours.dim(`    and ${count(problems.length - SHOWN)} more`));
}

/** How many events came in each form; null if all are envelopes. */
function describeForms({ byForm, broken }: Tally): string | null {
  const known = forms.flatMap((form) => {
    const number = byForm.get(form);
    return number === undefined ? [] : [`${count(number)} ${form}`];
  });
  const cut = broken.size === 0 ? [] : [`${count(broken.size)} broken`];
  const isPlain = cut.length === 0 && known.length === 1 && byForm.has("envelope");
  return isPlain ? null : [...known, ...cut].join(", ");
}

export function printTally(out: Output, tally: Tally): void {
  const { orders, sent, acknowledged, repeats, refused, cut, retries, seconds, unexpected } = tally;
  printTitle(out, "Sent", `${seconds.toFixed(1)} s, ${count(Math.round(sent / seconds))} a second`);
  printFacts(out, [
    ["orders", count(orders)],
    ["deliveries", count(sent)],
    ["acknowledged", `${count(acknowledged.size)} events, ${count(repeats)} known already`],
    ["of them", describeForms(tally)],
    ["refused", refused === 0 ? null : `${count(refused)}, as they must be`],
    ["cut off", cut === 0 ? null : count(cut)],
    ["sent again", retries === 0 ? null : `${count(retries)} times, after an error or no answer`],
    ["unexpected", unexpected.length === 0 ? null : out.colours.red(count(unexpected.length))],
  ]);
  printProblems(out, unexpected);
}

export function printReconciliation(out: Output, found: Reconciliation, tally: Tally): void {
  const { colours } = out;
  const { lost, unapplied, compared, differing } = found;
  const judged = (number: number, text: string) =>
    number === 0 ? colours.green(`${signs.ok} ${text}`) : colours.red(`${signs.bad} ${text}`);
  printTitle(out, "Reconciled", "with what the stories say");
  printFacts(out, [
    ["applied", judged(unapplied.length, `${count(tally.applied)} of ${count(tally.lawful)}`)],
    ["lost", judged(lost.length, count(lost.length))],
    ["differing", judged(differing.size, `${count(differing.size)} of ${count(compared)} orders`)],
  ]);
  printProblems(out, [
    ...lost.map((id) => `${id} is lost`),
    ...unapplied,
    ...[...differing.values()].flat(),
  ]);
}

export function simulationJson(tally: Tally, found: Reconciliation | null, seed: number): object {
  const { orders, sent, repeats, refused, cut, retries, applied, seconds } = tally;
  return {
    seed,
    seconds: Math.round(seconds * 10) / 10,
    orders,
    sent,
    acknowledged: tally.lawful,
    forms: Object.fromEntries(tally.byForm),
    quarantined: tally.broken.size,
    repeats,
    refused,
    cut,
    retries,
    unexpected: tally.unexpected,
    ...(found === null
      ? {}
      : {
          applied,
          unapplied: found.unapplied,
          lost: found.lost,
          compared: found.compared,
          differing: Object.fromEntries(found.differing),
        }),
  };
}

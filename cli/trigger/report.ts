/** The output of a trigger: one line for each delivery, the outcome, and what to look at next. */
import { count, signs } from "../../testbed/terminal/text.ts";
import { forms } from "../../testbed/stories/index.ts";
import { Failure } from "../failure.ts";
import { commandLine } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import type { Settings } from "../settings.ts";
import { headersOf, type Posted } from "./post.ts";
import type { Prepared } from "./draft.ts";

const TYPE_WIDTH = 25;
const FORM_WIDTH = Math.max(...forms.map(({ length }) => length));

/** `isFormShown`: show the form beside the type, if there are other forms than envelopes. */
export function describePosted({ colours }: Output, posted: Posted, isFormShown: boolean): string {
  const { delivery, status, id, duplicate, error, isExpected } = posted;
  const sign = isExpected ? colours.green(signs.ok) : colours.red(signs.bad);
  const said = error ?? `${id ?? ""}${duplicate ? "  known already" : ""}`;
  const note = delivery.note === null ? "" : `  ${delivery.note}`;
  const type = delivery.type.padEnd(TYPE_WIDTH);
  const form = isFormShown ? `${delivery.form.padEnd(FORM_WIDTH)}  ` : "";
  return `  ${sign} ${status}  ${type} ${form}${colours.dim(said)}${colours.dim(note)}`;
}

export function postedJson({ delivery, status, id, duplicate, error, isExpected }: Posted): object {
  return {
    order_number: delivery.orderNumber,
    event_type: delivery.type,
    form: delivery.form,
    note: delivery.note,
    status,
    expected_status: delivery.expects,
    as_expected: isExpected,
    id,
    duplicate,
    error,
  };
}

export function preparedJson(delivery: Prepared, url: string): object {
  return {
    order_number: delivery.orderNumber,
    event_type: delivery.type,
    form: delivery.form,
    note: delivery.note,
    method: "POST",
    url: url + delivery.path,
    headers: headersOf(delivery),
    body: delivery.body,
  };
}

/** A request as it would be sent; a long body is cut. */
export function printPrepared({ colours, print }: Output, delivery: Prepared, url: string): void {
  const note = delivery.note === null ? "" : `  ${delivery.note}`;
  print(colours.bold(`POST ${url}${delivery.path}`) + colours.dim(note));
  for (const [name, value] of Object.entries(headersOf(delivery))) {
    print(`${colours.cyan(name)}: ${value}`);
  }
  const long = delivery.body.length - 20_000;
  print();
  print(long > 0 ? `${delivery.body.slice(0, 20_000)}... and ${count(long)} more` : delivery.body);
  print();
}

/** The failure to report if an answer was not the expected one. */
export function judgePosted(all: readonly Posted[], settings: Settings): Failure | null {
  const wrong = all.filter(({ isExpected }) => !isExpected);
  const [first] = wrong;
  if (first === undefined) return null;
  const { status, error, delivery } = first;
  const times = `${count(wrong.length)} of ${count(all.length, "answer")}`;
  if (status === 401) {
    const source = settings.secret?.source ?? "?";
    return new Failure(
      "unauthorized",
      `The receiver does not accept the signature (401, ${times}); is the secret (from ${source}) its CE_WEBHOOK_SECRET?`,
    );
  }
  const expected = status === delivery.expects ? "" : `, expected ${delivery.expects}`;
  return new Failure(
    "refused",
    `The receiver answered ${status}${expected} (${times}): ${error ?? "it is no receipt"}`,
  );
}

/** What to look at next; `where`: the flags that name the receiver. */
function printNext({ colours, print }: Output, orderNumber: string, where: string): void {
  for (const [command, what] of [
    [`explain ${orderNumber}`, "which event set what, and which are overridden"],
    [`order ${orderNumber}`, "its state, and how it came about"],
  ] as const) {
    print(`  ${commandLine(command + where).padEnd(36)}  ${colours.dim(what)}`);
  }
}

export function printSummary(
  out: Output,
  all: readonly Posted[],
  seed: number,
  url: string | undefined,
): void {
  const accepted = all.filter(({ id }) => id !== null);
  const figures = `${count(all.length, "delivery", "deliveries")}, ${count(accepted.length)} accepted`;
  out.print();
  out.print(`  ${figures}${out.colours.dim(`, seed ${seed}`)}`);
  const [first] = accepted;
  if (first === undefined) return;
  out.print();
  printNext(out, first.delivery.orderNumber, url === undefined ? "" : ` --url ${url}`);
}

/** The output and the questions of the set-up: @clack/prompts on a terminal, plain lines elsewhere. */
import * as clack from "@clack/prompts";
import pc from "picocolors";
import { SetupStop } from "./wrangler.ts";

interface Choice {
  value: string;
  label: string;
}

export interface Screen {
  /** False: nobody can answer a question. */
  readonly asks: boolean;
  readonly open: (title: string) => void;
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
  /** A block of lines under a title. */
  readonly show: (title: string, lines: readonly string[]) => void;
  /** Work in progress; its text changes, and the last text is the result. */
  readonly work: (text: string) => {
    readonly change: (text: string) => void;
    readonly done: (text: string) => void;
    readonly fail: (text: string) => void;
  };
  readonly confirm: (question: string) => Promise<boolean>;
  readonly choose: (question: string, choices: Choice[]) => Promise<string>;
  readonly chooseSome: (question: string, choices: Choice[]) => Promise<readonly string[]>;
  /** Not shown while it is typed; never empty. Asked again while `refusal` returns the reason why it cannot be used. */
  readonly askSecret: (name: string, refusal: (text: string) => string | null) => Promise<string>;
  readonly close: (text: string) => void;
  readonly stop: (why: SetupStop) => void;
}

/** Ctrl-C at a question ends the set-up; nothing is undone. */
async function answered<T>(asked: Promise<T | typeof clack.CANCEL_SYMBOL>): Promise<T> {
  const answer = await asked;
  if (!clack.isCancel(answer)) return answer;
  throw new SetupStop("Stopped. Nothing is undone; run it again to go on.", { isCancelled: true });
}

function startWork(text: string): ReturnType<Screen["work"]> {
  const spinner = clack.spinner();
  spinner.start(text);
  return {
    change: (next) => spinner.message(next),
    done: (last) => spinner.stop(last),
    fail: (last) => spinner.error(last),
  };
}

const plainWork = { change: () => undefined, done: clack.log.success, fail: clack.log.error };

export function createScreen(asks: boolean): Screen {
  return {
    asks,
    open: (title) => clack.intro(pc.bold(title)),
    say: (text) => clack.log.message(text),
    warn: (text) => clack.log.warn(text),
    show: (title, lines) => clack.log.step([pc.bold(title), ...lines].join("\n")),
    work: (text) => (asks ? startWork(text) : plainWork),
    confirm: (message) => answered(clack.confirm({ message })),
    choose: (message, options) => answered(clack.select({ message, options })),
    chooseSome: (message, options) =>
      answered(clack.multiselect({ message, options, required: false })),
    async askSecret(name, refusal) {
      const validate = (text = "") =>
        text.trim() === "" ? "It must not be empty" : (refusal(text) ?? undefined);
      const typed = await answered(clack.password({ message: `${name} (not shown)`, validate }));
      return typed.trim();
    },
    close: (text) => clack.outro(text),
    stop({ message, detail, advice, isCancelled }) {
      if (isCancelled) return clack.cancel(message);
      const why = detail === "" ? [] : [pc.dim(detail)];
      clack.log.error([pc.red(message), ...why, ...advice].join("\n"));
      clack.outro("Nothing is undone. Run it again, and it goes on from here.");
    },
  };
}

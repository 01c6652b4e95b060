/** What a person sees of the set-up, and how it asks: @clack/prompts on a terminal, plain lines elsewhere. */
import * as clack from "@clack/prompts";
import pc from "picocolors";
import { SetupStop } from "./stop.ts";

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Screen {
  /** False: nobody is there to answer. */
  readonly asks: boolean;
  readonly open: (title: string) => void;
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
  /** A block of lines under a title. */
  readonly show: (title: string, lines: readonly string[]) => void;
  /** Work under way; its text changes, and at last says how it ended. */
  readonly work: (text: string) => {
    readonly change: (text: string) => void;
    readonly done: (text: string) => void;
    readonly fail: (text: string) => void;
  };
  readonly confirm: (question: string) => Promise<boolean>;
  readonly choose: (question: string, choices: readonly Choice[]) => Promise<string>;
  readonly chooseSome: (question: string, choices: readonly Choice[]) => Promise<readonly string[]>;
  /** Typed unseen; never empty. */
  readonly askSecret: (name: string) => Promise<string>;
  readonly close: (text: string) => void;
  readonly stop: (why: SetupStop) => void;
}

/** Ctrl-C at a question ends the set-up; nothing is undone. */
function answered<T>(answer: T | typeof clack.CANCEL_SYMBOL): T {
  if (!clack.isCancel(answer)) return answer;
  throw new SetupStop("Stopped. Nothing is undone; run it again to go on.", { cancelled: true });
}

const options = (choices: readonly Choice[]): { value: string; label: string }[] =>
  choices.map(({ value, label }) => ({ value, label }));

function startWork(text: string, asks: boolean): ReturnType<Screen["work"]> {
  if (!asks) {
    return { change: () => undefined, done: clack.log.success, fail: clack.log.error };
  }
  const spinner = clack.spinner();
  spinner.start(text);
  return {
    change: (next) => spinner.message(next),
    done: (last) => spinner.stop(last),
    fail: (last) => spinner.error(last),
  };
}

function describe(why: SetupStop): string {
  const detail = why.detail === "" ? [] : [pc.dim(why.detail)];
  return [pc.red(why.message), ...detail, ...why.advice].join("\n");
}

export function createScreen({ asks }: { readonly asks: boolean }): Screen {
  return {
    asks,
    open: (title) => clack.intro(pc.bold(title)),
    say: (text) => clack.log.message(text),
    warn: (text) => clack.log.warn(text),
    show: (title, lines) => clack.log.step([pc.bold(title), ...lines].join("\n")),
    work: (text) => startWork(text, asks),
    confirm: async (message) => answered(await clack.confirm({ message })),
    choose: async (message, choices) =>
      answered(await clack.select({ message, options: options(choices) })),
    chooseSome: async (message, choices) =>
      answered(await clack.multiselect({ message, options: options(choices), required: false })),
    askSecret: async (name) =>
      answered(
        await clack.password({
          message: `${name} (not shown)`,
          validate: (text) => ((text ?? "").trim() === "" ? "It must not be empty" : undefined),
        }),
      ).trim(),
    close: (text) => clack.outro(text),
    stop(why) {
      if (why.cancelled) clack.cancel(why.message);
      else {
        clack.log.error(describe(why));
        clack.outro("Nothing is undone. Run it again, and it goes on from here.");
      }
    },
  };
}

/** A fresh clone of the project with an account, and the set-up run in it. */
import { existsSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as z from "zod";
import { parseOptions } from "../../../tools/setup/options.ts";
import type { Screen } from "../../../tools/setup/screen.ts";
import { runSetup } from "../../../tools/setup/run.ts";
import { SetupStop, type Wrangler } from "../../../tools/setup/wrangler.ts";
import { answer, type CloudState, cloudState, freshCloud, type Query } from "./account.ts";

export const standInScript = fileURLToPath(new URL("wrangler.ts", import.meta.url));

export interface Call {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly account: string | null;
  /** Names of the environment variables of the child process. */
  readonly env?: readonly string[] | undefined;
}

const call = z.object({
  args: z.array(z.string()),
  stdin: z.string(),
  account: z.string().nullable(),
  env: z.array(z.string()).optional(),
});

export interface Ended {
  readonly code: number | null;
  readonly printed: string;
  readonly calls: readonly Call[];
}

/** The answers of a person, by a part of the question. */
export type Answers = Readonly<Record<string, string | boolean | readonly string[]>>;

function answerTo(answers: Answers, question: string): string | boolean | readonly string[] {
  const [key] = Object.keys(answers)
    .filter((part) => question.includes(part))
    .toSorted((a, b) => b.length - a.length);
  if (key === undefined) throw new Error(`nobody answers: ${question}`);
  return answers[key] ?? "";
}

/** Records the output without its colours; asks the person if there is one. */
function listeningScreen(lines: string[], answers: Answers | null): Screen {
  const print = (text: string): void => void lines.push(stripVTControlCharacters(text));
  const ask = (question: string): string | boolean | readonly string[] => {
    if (answers === null) throw new Error(`nobody is asked: ${question}`);
    print(question);
    return answerTo(answers, question);
  };
  return {
    asks: answers !== null,
    open: print,
    say: print,
    warn: print,
    show: (title, more) => print([title, ...more].join("\n")),
    work: () => ({ change: print, done: print, fail: print }),
    confirm: async (question) => await Promise.resolve(ask(question) === true),
    choose: async (question) => await Promise.resolve(String(ask(question))),
    chooseSome: async (question) => await Promise.resolve(z.array(z.string()).parse(ask(question))),
    askSecret: async (name) => await Promise.resolve(String(ask(`secret ${name}`))),
    close: print,
    stop: (why) => print([why.message, why.detail, ...why.advice].join("\n")),
  };
}

export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), "ce-clone-"));
  readonly #query: Query;

  constructor(state: Partial<CloudState>, query: Query) {
    this.#query = query;
    const toml = new URL("../../../wrangler.toml", import.meta.url);
    cpSync(fileURLToPath(toml), join(this.folder, "wrangler.toml"));
    writeFileSync(join(this.folder, "account.json"), JSON.stringify({ ...freshCloud, ...state }));
  }

  get toml(): string {
    return readFileSync(join(this.folder, "wrangler.toml"), "utf8");
  }

  get cloud(): CloudState {
    const text = readFileSync(join(this.folder, "account.json"), "utf8");
    return cloudState.parse(JSON.parse(text));
  }

  change(over: Partial<CloudState>): void {
    const file = join(this.folder, "account.json");
    writeFileSync(file, JSON.stringify({ ...this.cloud, ...over }));
  }

  /** Returns the calls of the executable since the last call of this method. */
  takeCalls(): readonly Call[] {
    const file = join(this.folder, "calls.ndjson");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => call.parse(JSON.parse(line)));
  }

  /**
   * Runs the set-up in this process, with the stand-in too: the same code without a child process for every command.
   */
  async setUp(
    flags: readonly string[],
    env: Readonly<Record<string, string>>,
    answers: Answers | null = null,
  ): Promise<Ended> {
    const calls: Call[] = [];
    const lines: string[] = [];
    const screen = listeningScreen(lines, answers);
    const wrangler: Wrangler = {
      run: async (args, { input = "", accountId } = {}) => {
        calls.push({ args, stdin: input, account: accountId ?? null });
        const {
          ok,
          text,
          change,
          targets = [],
        } = await answer(this.cloud, args, input, this.#query);
        if (change !== undefined) this.change(change);
        return { ok, stdout: ok ? text : "", printed: text, targets };
      },
      converse: async () => await Promise.resolve(false),
    };
    const parsed = parseOptions(flags);
    if (parsed.kind !== "run") {
      return { code: parsed.kind === "help" ? 0 : 2, printed: parsed.text, calls };
    }
    const root = pathToFileURL(`${this.folder}/`);
    let code = 0;
    try {
      await runSetup({ options: parsed.options, screen, wrangler, root, env });
    } catch (error) {
      if (!(error instanceof SetupStop)) throw error;
      screen.stop(error);
      code = 1;
    }
    return { code, printed: lines.join("\n"), calls };
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Checks whether wrangler knows a command with these flags, with the table of the installed wrangler. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import * as z from "zod";

const flags = z.record(
  z.string(),
  z.looseObject({ type: z.string().optional(), alias: z.unknown().optional() }),
);
const definition = z.looseObject({
  args: flags.optional(),
  positionalArgs: z.array(z.string()).optional(),
});
const node = z.object({
  definition: definition.optional(),
  subtree: z.map(z.string(), z.unknown()),
});
interface Found {
  readonly rest: readonly string[];
  readonly definition: z.infer<typeof definition> | undefined;
}

/** Follows the words down the tree of commands as far as possible. */
function find(tree: z.infer<typeof node>, words: readonly string[]): Found {
  let at = tree;
  for (const [index, word] of words.entries()) {
    const next = at.subtree.get(word);
    if (next === undefined) return { rest: words.slice(index), definition: at.definition };
    at = node.parse(next);
  }
  return { rest: [], definition: at.definition };
}

function optionsOf(known: z.infer<typeof flags>): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, { type, alias }]) => {
      const option = { type: type === "boolean" ? ("boolean" as const) : ("string" as const) };
      const names = [name, ...(Array.isArray(alias) ? alias : [alias])];
      return names.flatMap((text) =>
        typeof text === "string" && text.length > 1 ? [[text, option] as const] : [],
      );
    }),
  );
}

/** `--include-runtime=false` -> `--include-runtime`, if it is a switch. */
function withoutSwitchValues(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): readonly string[] {
  return args.map((text) => {
    const [, name = ""] = /^--([\w-]+)=(?:true|false)$/.exec(text) ?? [];
    return options[name]?.type === "boolean" ? `--${name}` : text;
  });
}

/** Returns the problem of a command line without `wrangler`; null if there is none. */
export type Grammar = (args: readonly string[]) => string | null;

/** Loaded late: wrangler reads its environment while it loads, and other code must set that first. */
export async function loadGrammar(): Promise<Grammar> {
  const { experimental_getWranglerCommands } = await import("wrangler");
  const { registry, globalFlags } = experimental_getWranglerCommands();
  const tree = node.parse({ subtree: new Map(registry.subtree) });
  const global = optionsOf(flags.parse(globalFlags));
  return (args) => {
    const { rest, definition: command } = find(tree, args);
    const line = `wrangler ${args.join(" ")}`;
    if (command?.args === undefined && command?.positionalArgs === undefined) {
      return `${line}: no such command`;
    }
    const positionals = command.positionalArgs ?? [];
    const own = Object.entries(command.args ?? {}).filter(([name]) => !positionals.includes(name));
    const options = { ...global, ...optionsOf(Object.fromEntries(own)) };
    const words = [...withoutSwitchValues(rest, options)];
    try {
      const parsed = parseArgs({ args: words, options, allowPositionals: true, strict: true });
      return parsed.positionals.length > positionals.length ? `${line}: too many words` : null;
    } catch (error) {
      return `${line}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
}

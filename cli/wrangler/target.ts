/**
 * The content of wrangler.toml for one environment: the Worker, its database, its queues. The set-up writes only the
 * database's id to it; comments and spaces are not changed.
 */
import { parse } from "smol-toml";
import * as z from "zod";

export const environments = ["production", "staging"] as const;
export type EnvironmentName = (typeof environments)[number];

/** Empty for production: wrangler then uses the top-level settings, and does not warn. */
export function environmentFlag(environment: EnvironmentName): string {
  return environment === "production" ? "--env=" : `--env=${environment}`;
}

export interface Target {
  readonly environment: EnvironmentName;
  readonly worker: string;
  readonly database: { readonly name: string; readonly id: string | null };
  /** Dead-letter queues first: the others name them. */
  readonly queues: readonly string[];
  /** The origin of the var PUBLIC_URL, if it is set. */
  readonly publicUrl: string | null;
  /** Names of the vars that are set. */
  readonly vars: readonly string[];
}

const bindings = z.object({
  d1_databases: z
    .array(
      z.object({
        binding: z.string(),
        database_name: z.string(),
        database_id: z.string().optional(),
      }),
    )
    .default([]),
  queues: z
    .object({
      producers: z.array(z.object({ queue: z.string() })).default([]),
      consumers: z
        .array(z.object({ queue: z.string(), dead_letter_queue: z.string().optional() }))
        .default([]),
    })
    .default({ producers: [], consumers: [] }),
  vars: z.record(z.string(), z.unknown()).default({}),
});

const file = bindings.extend({
  name: z.string(),
  env: z.record(z.string(), bindings.extend({ name: z.string().optional() })).default({}),
});

/** The id in a fresh clone. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

function queuesOf({ queues }: z.infer<typeof bindings>): readonly string[] {
  const dead = queues.consumers.flatMap(({ dead_letter_queue: name }) => name ?? []);
  const live = [...queues.producers, ...queues.consumers].map(({ queue }) => queue);
  return [...new Set([...dead, ...live])];
}

/** Throws if the file does not have what a deployment needs. */
export function readTarget(text: string, environment: EnvironmentName): Target {
  const parsed = file.safeParse(parse(text));
  if (!parsed.success) {
    throw new Error(`wrangler.toml cannot be used\n${z.prettifyError(parsed.error)}`);
  }
  const whole = parsed.data;
  const own = environment === "production" ? whole : whole.env[environment];
  const database = own?.d1_databases.find(({ binding }) => binding === "DB");
  if (own === undefined || database === undefined) {
    throw new Error(`wrangler.toml has no database bound as DB for ${environment}`);
  }
  const id = database.database_id;
  const publicUrl = own.vars["PUBLIC_URL"];
  return {
    environment,
    worker:
      environment === "production" ? whole.name : (own.name ?? `${whole.name}-${environment}`),
    database: {
      name: database.database_name,
      id: id === undefined || id === "" || id === NO_ID ? null : id,
    },
    queues: queuesOf(own),
    publicUrl: typeof publicUrl === "string" ? (URL.parse(publicUrl)?.origin ?? null) : null,
    vars: Object.keys(own.vars),
  };
}

const ID_LINE = /^(\s*database_id\s*=\s*)(["'])[^"']*\2/;

/** The text with the id in the table of its database; throws if there is no such table. */
export function withDatabaseId(text: string, target: Target, id: string): string {
  const { environment } = target;
  const header =
    environment === "production" ? "[[d1_databases]]" : `[[env.${environment}.d1_databases]]`;
  let inside = false;
  const changed = text
    .split("\n")
    .map((line) => {
      if (line.trimStart().startsWith("[")) inside = line.trim() === header;
      return inside ? line.replace(ID_LINE, `$1$2${id}$2`) : line;
    })
    .join("\n");
  if (readTarget(changed, environment).database.id !== id) {
    throw new Error(
      `The id could not be written: no line database_id below ${header}.\nPut database_id = "${id}" there yourself and run this again.`,
    );
  }
  return changed;
}

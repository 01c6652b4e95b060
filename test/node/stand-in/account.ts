/**
 * The answers of wrangler and its account: a pure function of the account's state and one command, with the texts of
 * the real one (wrangler 4.155, from its source).
 */
import * as z from "zod";

export const cloudState = z.object({
  loggedIn: z.boolean(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  plan: z.enum(["free", "paid"]),
  databases: z.array(z.object({ name: z.string(), uuid: z.string() })),
  queues: z.array(z.object({ name: z.string(), seconds: z.number() })),
  /** Names of the secrets of each Worker. */
  workers: z.record(z.string(), z.array(z.string())),
  migrated: z.boolean(),
  /** The addresses of a deployment; the first also answers /sql. */
  targets: z.array(z.string()),
  /** Commands that fail, by their beginning. */
  fails: z.array(z.object({ when: z.string(), says: z.string() })),
});
export type CloudState = z.infer<typeof cloudState>;

export const freshCloud: CloudState = {
  loggedIn: true,
  accounts: [{ id: "acc-1", name: "Asha's shop" }],
  plan: "paid",
  databases: [],
  queues: [],
  workers: {},
  migrated: false,
  targets: [],
  fails: [],
};

export interface Reply {
  readonly ok: boolean;
  readonly text: string;
  /** The changes in the account. */
  readonly change?: Partial<CloudState>;
  readonly targets?: readonly string[];
}

/** Queries the D1 of the test's Worker. */
export type Query = (sql: string) => Promise<string>;

const said = (value: unknown): Reply => ({
  ok: true,
  text: typeof value === "string" ? value : JSON.stringify(value),
});

function refused(message: string, code?: number): Reply {
  const text = `✘ [ERROR] ${message}${code === undefined ? "" : ` [code: ${String(code)}]`}`;
  return { ok: false, text };
}

function flag(args: readonly string[], name: string): string {
  const at = args.indexOf(`--${name}`);
  const joined = args.find((text) => text.startsWith(`--${name}=`));
  return (at === -1 ? joined?.slice(name.length + 3) : args[at + 1]) ?? "";
}

function workerOf(args: readonly string[]): string {
  const env = flag(args, "env");
  const named = flag(args, "name");
  return named === "" ? `ce-webhooks${env === "" ? "" : `-${env}`}` : named;
}

function createQueue(cloud: CloudState, name: string, args: readonly string[]): Reply {
  const seconds = Number(flag(args, "message-retention-period-secs"));
  if (cloud.queues.some((queue) => queue.name === name)) {
    return refused(`Queue name '${name}' is already taken. Please use a different name.`, 11009);
  }
  if (cloud.plan === "free" && seconds > 86_400) {
    return refused("The message retention period is at most 86400 seconds on the free tier.");
  }
  const queues = [...cloud.queues, { name, seconds }];
  return { ...said(`✅ Created queue '${name}'`), change: { queues } };
}

function createDatabase(cloud: CloudState, name: string): Reply {
  if (cloud.databases.some((database) => database.name === name)) {
    return refused("A database with that name already exists");
  }
  const uuid = `5e7d0000-0000-4000-8000-00000000000${String(cloud.databases.length + 1)}`;
  const databases = [...cloud.databases, { name, uuid }];
  return { ...said(`✅ Successfully created DB '${name}' in region APAC`), change: { databases } };
}

function deploy(cloud: CloudState, worker: string): Reply {
  const workers = { ...cloud.workers, [worker]: cloud.workers[worker] ?? [] };
  const targets = [...cloud.targets, "schedule: * * * * *", "Consumer for ce-events"];
  return { ...said(`Deployed ${worker} triggers`), change: { workers }, targets };
}

function putSecret(cloud: CloudState, worker: string, name: string, value: string): Reply {
  if (value === "") return refused("no value on stdin");
  const names = [...new Set([...(cloud.workers[worker] ?? []), name])];
  const workers = { ...cloud.workers, [worker]: names };
  return { ...said(`✨ Success! Uploaded secret ${name}`), change: { workers } };
}

/** The result of one command. */
export async function answer(
  cloud: CloudState,
  args: readonly string[],
  stdin: string,
  query: Query,
): Promise<Reply> {
  const [group = "", verb = "", name = ""] = args;
  const command = group === "deploy" || group === "whoami" ? group : `${group} ${verb}`;
  const broken = cloud.fails.find(({ when }) => args.join(" ").startsWith(when));
  if (broken !== undefined) return refused(broken.says);
  if (!cloud.loggedIn) {
    return command === "whoami"
      ? { ok: false, text: JSON.stringify({ loggedIn: false }) }
      : refused("In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN");
  }
  switch (command) {
    case "whoami":
      return said({ loggedIn: true, email: "asha@shop.example", accounts: cloud.accounts });
    case "d1 list":
      return said(cloud.databases);
    case "d1 create":
      return createDatabase(cloud, name);
    case "d1 migrations":
      return said(
        cloud.migrated ? "✅ No migrations to apply!" : "🌀 Executing on remote database",
      );
    case "d1 execute":
      return said(`[{"results": ${await query(flag(args, "command"))}, "success": true}]`);
    case "queues info":
      return cloud.queues.some((queue) => queue.name === name)
        ? said(`Queue Name: ${name}`)
        : refused(`Queue "${name}" does not exist. To create it, run: wrangler queues create`);
    case "queues create":
      return createQueue(cloud, name, args);
    case "secret list": {
      const names = cloud.workers[workerOf(args)];
      return names === undefined
        ? refused(`Worker "${workerOf(args)}" not found.`)
        : said(names.map((secret) => ({ name: secret, type: "secret_text" })));
    }
    case "secret put":
      return putSecret(cloud, workerOf(args), name, stdin);
    case "deploy":
      return deploy(cloud, workerOf(args));
    default:
      return refused(`Unknown command: ${command}`);
  }
}

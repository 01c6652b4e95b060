/**
 * Starts the receiver under test, in the same way for every caller: the bundled Worker as it is deployed, in workerd
 * under Miniflare, with the bindings and queues of wrangler.toml. There is no proxy in front of it, it has its own
 * database, and it never reads .dev.vars.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { parse } from "smol-toml";
import * as z from "zod";
import { SIGNATURE_HEADER } from "../deliveries/sign.ts";
import type { Answer, Delivery } from "../deliveries/delivery.ts";
import { bundleWorker, migrationStatements } from "./bundle.ts";
import { killHard, workerdProcesses } from "./processes.ts";
import { openSideDoor, sideDoorOptions } from "./side-door.ts";

export interface ReceiverOptions {
  /** Vars and secrets. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The module to bundle; the Worker itself by default. */
  readonly entry?: string;
  /** A finished bundle, instead of `entry`. */
  readonly bundle?: string;
  /** The SQL to run first: every migration by default. */
  readonly statements?: readonly string[];
  /** The folder of the database; by default the database ends with the receiver. */
  readonly folder?: string;
  /** False: the queues have no consumer. */
  readonly consumes?: boolean;
  /** How long a queue waits for more messages, in seconds; as in wrangler.toml by default. */
  readonly batchTimeoutSeconds?: number;
  /** True: an R2 bucket is bound as ARCHIVE. */
  readonly archives?: boolean;
  /** True: the Worker of closed orders runs beside it, and both have the bucket ARCHIVE. */
  readonly closesOrders?: boolean;
  /** True: the console finds its style sheets and scripts. */
  readonly servesAssets?: boolean;
  /** True: nothing is sent; an accepting answer replaces every provider, and `taken` lists the requests. */
  readonly acceptsMessages?: boolean;
  /** True: every log line is kept; otherwise only errors. */
  readonly keepsLogs?: boolean;
  /** Servers on loopback, by the name of the binding through which the Worker calls them. */
  readonly services?: Readonly<Record<string, URL>>;
  /** True: V8's inspector listens on a free port of loopback. */
  readonly isInspected?: boolean;
}

type Request = Pick<Delivery, "method" | "path" | "body" | "signature">;

/** The key by which a provider recognizes a repeat; null if the request has none. */
export type RequestKey = string | null;

export interface Receiver {
  /** Its address on loopback. */
  readonly url: URL;
  readonly origin: string;
  /** Of workerd. */
  readonly pids: readonly number[];
  /** The bucket ARCHIVE, with `archives` or `closesOrders`. */
  readonly archive: () => ReturnType<Miniflare["getR2Bucket"]>;
  /** Miniflare's access to the database, for what SQL alone cannot do; it is slow. */
  readonly db: () => ReturnType<Miniflare["getD1Database"]>;
  /** Runs the statements in one call, as one transaction. */
  readonly batch: (statements: readonly string[]) => Promise<void>;
  readonly query: <Row>(sql: string, ...values: readonly (string | number)[]) => Promise<Row[]>;
  readonly send: (request: Request) => Promise<Answer>;
  /** The status of the answer to a webhook; a null signature is left out. */
  readonly post: (path: string, body: string, signature: string | null) => Promise<number>;
  /** The requests that the accepting providers got so far. */
  readonly taken: () => readonly RequestKey[];
  /** Fires the cron once. */
  readonly sweep: () => Promise<void>;
  /** Fires the cron of the Worker of closed orders once. */
  readonly closeOrders: () => Promise<void>;
  /** The log lines of the Worker. */
  readonly logs: () => readonly string[];
  readonly errors: () => readonly string[];
  /** The address of V8's inspector; needs `isInspected`. */
  readonly inspector: () => Promise<URL>;
  /** SIGKILL for workerd; requests in progress get no answer. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The memory limit of an isolate on the platform. Without a limit, workerd's heap grows while the machine has memory.
 */
const ISOLATE_MB = 128;
/**
 * The receiver may close a connection just as the next delivery is written to it, or refuse a body before it is read.
 * Then there is no answer, and the delivery is sent again, as the vendor would do.
 */
const TRIES = 3;

const NAME = "ce-webhooks";
const DATABASE = "testbed";
const root = new URL("../../", import.meta.url);

const wiring = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  queues: z.object({
    producers: z.array(z.object({ binding: z.string(), queue: z.string() })),
    consumers: z.array(
      z.object({
        queue: z.string(),
        max_batch_size: z.number(),
        max_batch_timeout: z.number(),
        max_retries: z.number(),
        dead_letter_queue: z.string().optional(),
      }),
    ),
  }),
});

function readQueues({ queues }: z.infer<typeof wiring>, options: ReceiverOptions) {
  const consumers = options.consumes === false ? [] : queues.consumers;
  return {
    queueProducers: Object.fromEntries(
      queues.producers.map(({ binding, queue }) => [binding, { queueName: queue }]),
    ),
    queueConsumers: Object.fromEntries(
      consumers.map(({ queue, dead_letter_queue: dead, ...consumer }) => [
        queue,
        {
          maxBatchSize: consumer.max_batch_size,
          maxBatchTimeout: options.batchTimeoutSeconds ?? consumer.max_batch_timeout,
          maxRetries: consumer.max_retries,
          ...(dead === undefined ? {} : { deadLetterQueue: dead }),
        },
      ]),
    ),
  };
}

const assets = {
  directory: fileURLToPath(new URL("public", root)),
  binding: "ASSETS",
  routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
  assetConfig: { html_handling: "none" },
} as const;

type Logs = { level: string; message: string }[];

const CLOSED_ORDERS = "ce-webhooks-closed-orders";

/** The second Worker (wrangler.closed-orders.toml), with the same database and bucket. */
async function closedOrdersWorker(
  compatibilityDate: string,
  settings: ReceiverOptions["settings"],
) {
  const contents = await bundleWorker("src/closed-orders/worker.ts");
  return {
    name: CLOSED_ORDERS,
    modules: [{ type: "ESModule" as const, path: "index.js", contents }],
    compatibilityDate,
    bindings: { ...settings },
    d1Databases: { DB: { id: DATABASE } },
    r2Buckets: ["ARCHIVE"],
  };
}

function servers(services: ReceiverOptions["services"] = {}) {
  return Object.fromEntries(
    Object.entries(services).map(([binding, { host }]) => [
      binding,
      { external: { address: host, http: {} } },
    ]),
  );
}

async function createMiniflare(
  options: ReceiverOptions,
  logs: Logs,
  taken: RequestKey[],
): Promise<Miniflare> {
  const contents = options.bundle ?? (await bundleWorker(options.entry ?? "src/index.ts"));
  const wired = wiring.parse(parse(readFileSync(new URL("wrangler.toml", root), "utf8")));
  const second =
    options.closesOrders === true
      ? [await closedOrdersWorker(wired.compatibility_date, options.settings)]
      : [];
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] ??= `--max-heap-size=${ISOLATE_MB}`;
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
  return new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [
        {
          name: NAME,
          modules: [{ type: "ESModule", path: "index.js", contents }],
          compatibilityDate: wired.compatibility_date,
          compatibilityFlags: wired.compatibility_flags,
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          bindings: { ...options.settings },
          d1Databases: { DB: { id: DATABASE } },
          ...readQueues(wired, options),
          ...(options.archives === true || second.length > 0 ? { r2Buckets: ["ARCHIVE"] } : {}),
          serviceBindings: {
            ...(second.length > 0 ? { CLOSED_ORDERS } : {}),
            ...servers(options.services),
          },
          ...(options.servesAssets === true ? { assets } : {}),
          ...(options.acceptsMessages === true ? { outboundService: accepting(taken) } : {}),
        },
        ...second,
        sideDoorOptions(NAME, DATABASE, wired.compatibility_date),
      ],
      logRequests: false,
      handleStructuredLogs: ({ level, message }) => {
        if (options.keepsLogs === true || level === "error") logs.push({ level, message });
      },
    }),
    ...(options.folder === undefined ? {} : { resourcePersistencePath: options.folder }),
    ...(options.isInspected === true ? { inspectorPort: 0 } : {}),
  });
}

/** An answer that Resend, Twilio and Slack all accept; the request is added to `taken`. */
const accepting =
  (taken: RequestKey[]) =>
  ({ headers }: { readonly headers: Headers }): Response => {
    taken.push(headers.get("idempotency-key") ?? headers.get("webhook-id"));
    return Response.json({ id: "accepted", sid: "accepted" });
  };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function ask(url: URL, { method, path, body, signature }: Request): Promise<Answer> {
  const headers = {
    "content-type": "application/json",
    // Miniflare would compress each answer, and this process unpack it.
    "accept-encoding": "identity",
    ...(signature === null ? {} : { [SIGNATURE_HEADER]: signature }),
  };
  const init = { method, headers, ...(method === "POST" ? { body } : {}) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(new URL(path, url), init);
      return { status: response.status, body: parseJson(await response.text()) };
    } catch (error) {
      if (attempt >= TRIES) throw error;
    }
  }
}

async function fireCron(miniflare: Miniflare, name: string): Promise<void> {
  const worker = await miniflare.getWorker(name);
  const { outcome } = await worker.scheduled({ cron: "* * * * *" });
  if (outcome !== "ok") throw new Error(`the cron of ${name} ended as ${outcome}`);
}

/** Starts the receiver; `close` ends everything that it started. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const before = new Set(workerdProcesses().map(({ pid }) => pid));
  const logs: Logs = [];
  const taken: RequestKey[] = [];
  const miniflare = await createMiniflare(options, logs, taken);
  try {
    const ready = await miniflare.ready;
    const url =
      options.servesAssets === true ? ready : new URL(await miniflare.unsafeGetDirectURL(NAME));
    const sideDoor = await openSideDoor(miniflare);
    const statements = options.statements ?? migrationStatements();
    const batch = async (given: readonly string[]) => {
      await sideDoor.run(given.map((sql) => ({ sql })));
    };
    if (statements.length > 0) await batch(statements);
    const pids = workerdProcesses().flatMap(({ pid }) => (before.has(pid) ? [] : [pid]));
    return {
      url,
      origin: url.origin,
      pids,
      db: () => miniflare.getD1Database("DB"),
      archive: () => miniflare.getR2Bucket("ARCHIVE"),
      batch,
      async query<Row>(sql: string, ...values: readonly (string | number)[]) {
        const [rows] = await sideDoor.run([{ sql, values }]);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller knows what it selects
        return rows as Row[];
      },
      send: (delivery) => ask(url, delivery),
      async post(path, body, signature) {
        return (await ask(url, { method: "POST", path, body, signature })).status;
      },
      sweep: () => sideDoor.fireCron(),
      closeOrders: () => fireCron(miniflare, CLOSED_ORDERS),
      taken: () => taken,
      logs: () => logs.map(({ message }) => message),
      errors: () => logs.flatMap(({ level, message }) => (level === "error" ? [message] : [])),
      inspector: () => miniflare.getInspectorURL(),
      kill: () => killHard(pids),
      close: () => miniflare.dispose(),
    };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

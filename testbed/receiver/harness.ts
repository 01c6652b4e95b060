/**
 * The receiver under test: the real Worker in workerd, on storage of its own that is gone afterwards.
 * Nothing that stands in .dev.vars reaches it, so the demo neither needs nor touches real accounts.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { SIGNATURE_HEADER } from "../stories/index.ts";
import type { Answer, Delivery } from "../deliveries/delivery.ts";

export interface Receiver {
  send(delivery: Delivery): Promise<Answer>;
  query<Row>(sql: string, ...values: readonly (string | number)[]): Promise<Row[]>;
  /** Fires the cron once. */
  sweep(): Promise<void>;
  /** What the Worker logged as errors. */
  errors(): readonly string[];
  close(): Promise<void>;
}

export interface LocalReceiver extends Receiver {
  /** Where it listens on loopback. */
  readonly origin: string;
  /** Everything that the Worker has logged. */
  logs(): readonly string[];
  /** The status that a webhook is answered with; a null signature is left out. */
  post(path: string, body: string, signature: string | null): Promise<number>;
}

/** Blank counts as unset: whatever .dev.vars says about these stays out. */
const blank = [
  "CE_WEBHOOK_SECRET_PREVIOUS",
  "ADMIN_TOKEN",
  "RECEIPT_TIMEOUT_MS",
  "RECEIVER_RETIRED",
  "SILENCE_ALERT_HOURS",
  "EMAIL_REPLY_TO",
  "STORE_CURRENCY",
  "STORE_COUNTRY",
  "PUBLIC_URL",
  "REVIEW_URL",
  "REVIEW_DELAY_HOURS",
  "NOTIFY_MAX_AGE_HOURS",
  "TRACKING_URLS",
  "RETENTION_DAYS",
  "DEDUPE_DAYS",
  "ACCESS_TEAM_DOMAIN",
  "ACCESS_AUD",
];

const CRON = "* * * * *";

/** Starts the Worker with these secrets and vars, and applies the migrations. */
export async function startReceiver(
  settings: Readonly<Record<string, string>>,
): Promise<LocalReceiver> {
  process.env["WRANGLER_SEND_METRICS"] = "false";
  process.env["WRANGLER_HIDE_BANNER"] = "true";
  process.env["WRANGLER_LOG"] ??= "none";
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  // Only now: wrangler reads its environment while it is loaded.
  const { createTestHarness } = await import("wrangler");
  const root = new URL("../../", import.meta.url);
  const unset = Object.fromEntries(blank.map((name) => [name, ""]));
  const harness = createTestHarness({
    workers: [{ configPath: new URL("wrangler.toml", root), secrets: { ...unset, ...settings } }],
  });
  try {
    const { url } = await harness.listen();
    const worker = harness.getWorker<{ DB: D1Database }>();
    await worker.applyD1Migrations("DB");
    const { DB } = await worker.getEnv();
    const headersOf = (signature: string | null): Record<string, string> => ({
      "content-type": "application/json",
      ...(signature === null ? {} : { [SIGNATURE_HEADER]: signature }),
    });
    return {
      origin: url.origin,
      logs: () => harness.getLogs().map(({ message }) => message),
      async post(path, body, signature) {
        const headers = headersOf(signature);
        const response = await worker.fetch(path, { method: "POST", headers, body });
        await response.text();
        return response.status;
      },
      async send(delivery) {
        const { method, path, body, signature } = delivery;
        const response = await worker.fetch(path, {
          method,
          headers: headersOf(signature),
          ...(method === "POST" ? { body } : {}),
        });
        return { delivery, status: response.status, body: parseJson(await response.text()) };
      },
      async query<Row>(sql: string, ...values: readonly (string | number)[]) {
        const { results } = await DB.prepare(sql)
          .bind(...values)
          .all<Row>();
        return results;
      },
      async sweep() {
        await worker.scheduled({ cron: CRON });
      },
      errors: () =>
        harness.getLogs().flatMap(({ level, message }) => (level === "error" ? [message] : [])),
      close: () => harness.close(),
    };
  } catch (error) {
    await harness.close();
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * The test event: it is signed, posted to the webhook route, found in the database, and removed. Its type is not one of
 * the 14, so the Worker stores it, consumes it from the queue and settles it as `ignored`. It passes through every
 * step, changes no order or customer, and is not forwarded.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { sign, SIGNATURE_HEADER } from "../../testbed/deliveries/sign.ts";
import type { Progress } from "./steps.ts";
import { failed, readJson, SetupStop, type Wrangler } from "./wrangler.ts";

const TEST_EVENT_TYPE = "receiver.test";

export interface Probe {
  readonly origin: string;
  readonly secret: string;
  readonly wrangler: Wrangler;
  readonly accountId: string;
  readonly environmentFlag: string;
  readonly progress: Progress;
}

/** A new deployment and its secrets need some seconds to reach every location; a new subdomain needs longer. */
const PATIENCE_MS = 90_000;
const POLL_MS = 1_000;
const REQUEST_MS = 10_000;

/** The answers before a deployment or its secrets have reached every location; 0: no answer. */
const notYet = new Set([0, 401, 404, 500, 502, 503, 522, 523, 530]);

async function post(origin: string, body: string, signature: string) {
  try {
    const response = await fetch(`${origin}/api/webhooks/ce`, {
      method: "POST",
      headers: { "content-type": "application/json", [SIGNATURE_HEADER]: signature },
      body,
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return { status: response.status, text: `${response.status} ${await response.text()}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 0, text: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Sends until the event is accepted. */
async function deliver({ origin, secret, progress }: Probe, id: string): Promise<void> {
  const created_at = new Date().toISOString();
  const body = JSON.stringify({ id, event_type: TEST_EVENT_TYPE, created_at, data: {} });
  const signature = await sign(body, secret);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, text } = await post(origin, body, signature);
    if (status === 200) return;
    if (!notYet.has(status) || performance.now() >= deadline) {
      throw new SetupStop(`${origin} did not take the test event`, {
        detail: text,
        advice:
          status === 401
            ? ["The secret that signed it is not the one that is set. Run this again to set it."]
            : ["Is this the right address? npm run setup -- --url https://…"],
      });
    }
    progress(`waiting for the deployment (${text.slice(0, 40)})`);
    await sleep(POLL_MS);
  }
}

const answers = z.array(z.object({ results: z.array(z.object({ status: z.string() })) }));

async function query(
  { wrangler, accountId, environmentFlag }: Probe,
  sql: string,
): Promise<readonly { status: string }[]> {
  const where = ["DB", "--remote", environmentFlag, "--json"];
  const args = ["d1", "execute", ...where, "--command", sql];
  const ran = await wrangler.run(args, { accountId });
  const found = ran.ok ? readJson(answers, ran) : null;
  if (found === null) throw failed(args, ran);
  return found[0]?.results ?? [];
}

/** Waits until the event is settled; returns its status. */
async function awaitSettled(probe: Probe, id: string): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await query(probe, `SELECT status FROM webhook_events WHERE id = '${id}'`);
    if (row !== undefined && row.status !== "received") return row.status;
    if (performance.now() >= deadline) {
      throw new SetupStop("The test event was taken and then not worked on", {
        detail: row === undefined ? "It is not in the database." : `Its status is ${row.status}.`,
        advice: ["Look at the queue's consumers in the dashboard, and at npx wrangler tail."],
      });
    }
    probe.progress(row === undefined ? "not in the database yet" : "stored; waiting for the queue");
    await sleep(POLL_MS);
  }
}

/** Removes a test event in the same way as the Worker: src/store/inbox/inspection.ts has the reason. */
const stepBack = `UPDATE cursors SET position = (SELECT coalesce(max(rowid), 0) FROM webhook_events) WHERE name IN ('sweep', 'audit', 'counts') AND position > (SELECT coalesce(max(rowid), 0) FROM webhook_events)`;

/** Sends, watches and removes the test event; returns its final status. */
export async function sendProbe(probe: Probe): Promise<string> {
  const id = `setup-${crypto.randomUUID()}`;
  await deliver(probe, id);
  probe.progress("signed, verified and taken; looking for it in the database");
  const status = await awaitSettled(probe, id);
  const remove = `DELETE FROM webhook_events WHERE id = '${id}' AND event_type = '${TEST_EVENT_TYPE}'`;
  await query(probe, `${remove}; ${stepBack}`);
  return status;
}

/**
 * The proof: a signed event goes in at the front door and is looked for in the database, then removed.
 * Its type is none of the 14, so the Worker stores it, takes it off the queue and settles it as
 * `ignored`: everything is passed through, and no order, customer or forward is touched.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { sign, SIGNATURE_HEADER } from "../../testbed/deliveries/sign.ts";
import { SetupStop } from "./stop.ts";
import { failed } from "./account.ts";
import type { Wrangler } from "./wrangler.ts";

const TEST_EVENT_TYPE = "receiver.test";

export interface Probe {
  readonly origin: string;
  readonly secret: string;
  /** Unique to this run; goes into SQL, so letters, digits and hyphens only. */
  readonly eventId: string;
  readonly now: Date;
}

export interface ProbeDeps {
  readonly wrangler: Wrangler;
  readonly accountId: string;
  readonly environmentFlag: string;
  /** How long a new deployment and its secrets may take to be everywhere. */
  readonly patienceMs: number;
  readonly progress: (text: string) => void;
}

const POLL_MS = 1_000;
const REQUEST_MS = 10_000;

/** What a deployment answers before it, or its secrets, have arrived everywhere. */
const notYet = new Set([401, 404, 500, 502, 503, 522, 523, 530]);

type Answer = { readonly status: number; readonly text: string };

async function post(probe: Probe, body: string, signature: string): Promise<Answer> {
  try {
    const response = await fetch(`${probe.origin}/api/webhooks/ce`, {
      method: "POST",
      headers: { "content-type": "application/json", [SIGNATURE_HEADER]: signature },
      body,
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 0, text: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Sends until it is taken. Throws a SetupStop that says what the last answer was. */
async function deliver(probe: Probe, deps: ProbeDeps): Promise<void> {
  const body = JSON.stringify({
    id: probe.eventId,
    event_type: TEST_EVENT_TYPE,
    created_at: probe.now.toISOString(),
    data: {},
  });
  const signature = await sign(body, probe.secret);
  const deadline = performance.now() + deps.patienceMs;
  for (;;) {
    const { status, text } = await post(probe, body, signature);
    if (status === 200) return;
    const isEarly = status === 0 || notYet.has(status);
    if (!isEarly || performance.now() >= deadline) {
      throw new SetupStop(`${probe.origin} did not take the test event`, {
        detail: status === 0 ? text : `${String(status)} ${text}`,
        advice:
          status === 401
            ? ["The secret that signed it is not the one that is set. Set it again: run this anew."]
            : ["Is this the right address? npm run setup -- --url https://…"],
      });
    }
    deps.progress(
      `waiting for the deployment (${status === 0 ? text : `answer ${String(status)}`})`,
    );
    await sleep(POLL_MS);
  }
}

const answers = z.array(z.object({ results: z.array(z.object({ status: z.string() })) }));

async function query(deps: ProbeDeps, sql: string): Promise<readonly { status: string }[]> {
  const args = [
    "d1",
    "execute",
    "DB",
    "--remote",
    deps.environmentFlag,
    "--json",
    "--command",
    sql,
  ];
  const ran = await deps.wrangler.run(args, { accountId: deps.accountId });
  if (!ran.ok) throw failed(args, ran);
  const parsed = answers.safeParse(JSON.parse(ran.stdout.slice(ran.stdout.indexOf("["))));
  if (!parsed.success) throw failed(args, ran);
  return parsed.data[0]?.results ?? [];
}

/** The status that the event settled in. Throws a SetupStop where it does not. */
async function awaitSettled(probe: Probe, deps: ProbeDeps): Promise<string> {
  const deadline = performance.now() + deps.patienceMs;
  const sql = `SELECT status FROM webhook_events WHERE id = '${probe.eventId}'`;
  for (;;) {
    const [row] = await query(deps, sql);
    if (row !== undefined && row.status !== "received") return row.status;
    if (performance.now() >= deadline) {
      throw new SetupStop("The test event was taken and then not worked on", {
        detail: row === undefined ? "It is not in the database." : `Its status is ${row.status}.`,
        advice: ["Look at the queue's consumers in the dashboard, and at npx wrangler tail."],
      });
    }
    deps.progress(row === undefined ? "not in the database yet" : "stored; waiting for the queue");
    await sleep(POLL_MS);
  }
}

/** As the Worker does where it removes a test event: src/store/inspection.ts says why. */
const stepBack = `UPDATE cursors SET position = (SELECT coalesce(max(rowid), 0) FROM webhook_events) WHERE name IN ('sweep', 'audit', 'counts') AND position > (SELECT coalesce(max(rowid), 0) FROM webhook_events)`;

/** Sends, watches and removes the test event; returns the status that it came to. */
export async function sendProbe(probe: Probe, deps: ProbeDeps): Promise<string> {
  await deliver(probe, deps);
  deps.progress("signed, verified and taken; looking for it in the database");
  const status = await awaitSettled(probe, deps);
  await query(
    deps,
    `DELETE FROM webhook_events WHERE id = '${probe.eventId}' AND event_type = '${TEST_EVENT_TYPE}'; ${stepBack}`,
  );
  return status;
}

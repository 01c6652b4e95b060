/** Clients that close the connection during a request: no other delivery fails, and none is lost. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, test } from "node:test";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { startReceiver } from "../../testbed/receiver/start.ts";
import { sign, SIGNATURE_HEADER } from "../../testbed/stories/index.ts";

const SECRET = "hang-ups";
const DELIVERIES = 900;
const CONNECTIONS = 48;
const DRAINED_WITHIN_MS = 20_000;

const receiver = await startReceiver({ settings: { CE_WEBHOOK_SECRET: SECRET } });
after(() => receiver.close());

/** The status of the answer; null if the client has closed the connection. */
async function deliver(number: number, hangsUpAfterMs: number | null): Promise<number | null> {
  const id = `evt_hang_up_${number}`;
  const data = { order_number: `HU-${number}`, status: "confirmed" };
  const body = JSON.stringify({ id, event_type: "order.confirmed", data });
  const signature = await sign(body, SECRET);
  return await new Promise((resolve, reject) => {
    const call = request(
      new URL("/api/webhooks/ce", receiver.url),
      { method: "POST", headers: { [SIGNATURE_HEADER]: signature, "content-length": body.length } },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
        answer.on("error", () => resolve(null));
      },
    );
    call.on("error", (error) => (hangsUpAfterMs === null ? reject(error) : resolve(null)));
    call.end(body);
    if (hangsUpAfterMs !== null) setTimeout(() => call.destroy(), hangsUpAfterMs);
  });
}

await test("a third of the clients hang up within milliseconds", async () => {
  const answers = new Map<number, number | null>();
  const waiting = Array.from({ length: DELIVERIES }, (_, n) => n).values();
  const connection = async (): Promise<void> => {
    for (const number of waiting) {
      answers.set(number, await deliver(number, number % 3 === 0 ? number % 17 : null));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));

  const patient = [...answers].filter(([number]) => number % 3 !== 0);
  assert.deepEqual(new Set(patient.map(([, status]) => status)), new Set([200]));
  const hungUp = [...answers].filter(([, status]) => status === null);
  assert.ok(hungUp.length > 20, `only ${hungUp.length} clients hung up before their answer`);

  // Whole events in the queue are in no table yet, so wait until the inbox has every acknowledged event.
  const acknowledged = [...answers].filter(([, status]) => status === 200);
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  let stored = 0;
  let processed = new Set<string>();
  do {
    await settleEvents(receiver, { patienceMs: DRAINED_WITHIN_MS });
    const rows = await receiver.query<{ id: string; status: string }>(
      "SELECT id, status FROM webhook_events",
    );
    stored = rows.length;
    processed = new Set(rows.filter(({ status }) => status === "processed").map(({ id }) => id));
  } while (
    Date.now() < deadline &&
    acknowledged.some(([number]) => !processed.has(`evt_hang_up_${number}`))
  );
  assert.equal(processed.size, stored, "every stored event is applied");
  for (const [number] of acknowledged) {
    assert.ok(processed.has(`evt_hang_up_${number}`), `evt ${number}`);
  }
});

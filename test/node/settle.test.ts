/** The demo's waiting for messages: it ends although only the sweep finds a message, which no cron runs there. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Providers, startProviders } from "../../testbed/receiver/providers.ts";
import { hurryMessages } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";

let providers: Providers;
let receiver: Receiver;

before(async () => {
  providers = await startProviders();
  const settings = { CE_WEBHOOK_SECRET: "settled", ...providers.settings };
  receiver = await startReceiver({ settings });
});

after(async () => {
  await receiver.close();
  await providers.close();
});

await test("a message that fell due without a wake-up call is sent", async () => {
  const now = new Date().toISOString();
  const context = JSON.stringify({ alert: "conflict", text: "Fell due" });
  await receiver.query(
    `INSERT INTO notifications
      (id, template, channel, about, status, next_attempt_at, due_at, context, created_at)
      VALUES ('alert/settled/team', 'alert', 'team', 'alert', 'pending', ?1, ?1, ?2, ?1)`,
    now,
    context,
  );
  const { reached } = await hurryMessages(receiver);
  assert.ok(reached, "messages were still due");
  assert.deepEqual(
    await receiver.query("SELECT status FROM notifications WHERE id = 'alert/settled/team'"),
    [{ status: "sent" }],
  );
  assert.equal(providers.calls.filter(({ channel }) => channel === "team").length, 1);
});

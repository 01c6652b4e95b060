/** `listen`: new events reach a program on this machine, signed, once each, in the order of receipt. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import * as z from "zod/mini";
import { shop } from "./shop.ts";

const SECRET = `whsec_${Buffer.from("a secret of a developer's machine").toString("base64")}`;
const forwarded = z.looseObject({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({}),
});

/** Verifies with the public library; refuses every refund. */
async function startProgram() {
  const webhook = new Webhook(SECRET);
  const got: { readonly id: string; readonly type: string }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const signed = z.record(z.string(), z.string()).parse(request.headers);
    const { type } = forwarded.parse(webhook.verify(await text(request), signed));
    got.push({ id: signed["webhook-id"] ?? "", type });
    response.writeHead(type.startsWith("payment.refund") ? 500 : 200).end("noted");
  };
  const server = createServer((request, response) => void take(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${String(port)}/hooks`, got, server };
}

await test("listen delivers what was applied to this machine, signed, and shows the answers", async () => {
  const program = await startProgram();
  const env = { FORWARD_SECRET: SECRET };
  const listen = shop.start(`listen --forward ${program.url} --count 3`, { env });
  await listen.prints("Waiting");
  await shop.run("trigger senseless");
  await shop.run("trigger order.created --order LISTEN-1");
  await shop.run("trigger order.confirmed --order LISTEN-1");
  await shop.run("trigger payment.refund.success --order LISTEN-1");
  const { code, stdout, stderr } = await listen.ended;
  program.server.close();
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    program.got.map(({ type }) => type),
    ["order.created", "order.confirmed", "payment.refund.success"],
  );
  assert.equal(new Set(program.got.map(({ id }) => id)).size, 3);
  assert.match(stderr, /Signed as Standard Webhooks with FORWARD_SECRET in the environment/);
  assert.ok(!stdout.includes(SECRET) && !stderr.includes(SECRET));
  assert.match(stdout, /not forwarded: quarantined/);
  assert.match(stdout, /✓ order\.created  evt_\S+  200 in \d+ ms noted/);
  assert.match(stdout, /✗ payment\.refund\.success  evt_\S+  500 in \d+ ms noted/);
});

await test("listen says what does not answer, and goes to no other machine", async () => {
  const gone = await startProgram();
  gone.server.close();
  const listen = shop.start(`listen --forward ${gone.url} --last 1 --count 1`);
  await listen.prints(/verify with whsec_[A-Za-z0-9+/=]{40,}/);
  await listen.prints(/✗ \S+  \S+  .*ECONNREFUSED/);
  listen.child.kill("SIGINT");
  assert.equal((await listen.ended).code, 130);
  for (const [url, why] of [
    ["https://evil.example/hooks", /on this machine/],
    ["http://localhost.evil.example/", /on this machine/],
    ["http://asha:pw@localhost/", /user name/],
    ["nonsense", /a URL such as/],
    ["file:///etc/passwd", /a URL such as/],
  ] as const) {
    const { code, stderr } = await shop.run(["listen", "--forward", url]);
    assert.equal(code, 2, url);
    assert.match(stderr, why);
  }
  const { code, stderr } = await shop.run("listen --forward http://localhost:1/", {
    env: { FORWARD_SECRET: "%%%" },
  });
  assert.equal(code, 2);
  assert.match(stderr, /FORWARD_SECRET in the environment is not base64/);
});

/** A closed connection: only requests that may be sent again are sent again. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { createHttp } from "../../../cli/api/http.ts";

/** Closes the first `cuts` connections after it has read the request, and answers later requests. */
async function startCutting(cuts: number): Promise<{ readonly url: string; seen: () => number }> {
  let seen = 0;
  const server: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      seen += 1;
      if (seen <= cuts) request.socket.destroy();
      else response.end("taken");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has one
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen: () => seen };
}

const http = createHttp(new AbortController().signal);
const delivery = { method: "POST", body: "{}", isRepeatable: true } as const;

await test("a delivery and a GET are sent again, as often as it takes up to three times", async () => {
  for (const request of [delivery, {}]) {
    const twice = await startCutting(2);
    assert.equal((await http(twice.url, request)).text, "taken");
    assert.equal(twice.seen(), 3);
    const always = await startCutting(9);
    await assert.rejects(http(always.url, request), /the connection was cut/);
    assert.equal(always.seen(), 3);
  }
});

await test("what the receiver might do twice is sent once", async () => {
  const once = await startCutting(1);
  await assert.rejects(http(once.url, { method: "POST", body: "{}" }), /the connection was cut/);
  assert.equal(once.seen(), 1);
});

/** `import` and `compare`: a person imports and compares files as a shop exports them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { openShop, writeScratch } from "./run.ts";

const shop = await openShop({
  FORWARD_URL: "https://erp.test/in",
  FORWARD_SECRET: "whsec_bm90IGEgc2VjcmV0",
});

const order = (number: number, over: object = {}) => ({
  order_number: `OLD-${number}`,
  order_date: "2024-05-01T10:00:00Z",
  status: "complete",
  payment_status: "success",
  grand_total: 100 + number,
  currency: { code: "INR" },
  customer_email: "asha@example.com",
  payments: [
    {
      request_number: `P-${number}`,
      payment_status: "success",
      amount: 100 + number,
      payment_date: "2024-05-01T10:01:00Z",
    },
  ],
  shipments: [
    {
      reference_number: `S-${number}`,
      status: "delivered",
      delivered_date: "2024-05-03T10:00:00Z",
    },
  ],
  ...over,
});
const orders = Array.from({ length: 250 }, (_, number) => order(number));
const count = async (table: string): Promise<number | undefined> => {
  const [row] = await shop.receiver.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n;
};

await test("import brings in a file once, says what would change first, and notifies nobody", async () => {
  const file = writeScratch(
    "orders.json",
    JSON.stringify({ success: true, content: { orders } }, null, 2),
  );
  const dry = await shop.runProcess(["import", file, "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(
    dry.stdout,
    /Would be imported: 250 bodies of 250\n +250 new orders, 0 changed, 0 unchanged/,
  );
  assert.equal(await count("orders"), 0);

  const packed = writeScratch(
    "orders.ndjson.gz",
    gzipSync(orders.map((one) => JSON.stringify(one)).join("\n")),
  );
  const done = await shop.runProcess(["import", packed]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /✓ Imported: 250 bodies of 250\n +250 new orders/);
  assert.equal(await count("shipments"), 250);
  assert.equal(await count("notifications"), 0);

  const again = await shop.runProcess(["import", file, "--json"]);
  assert.partialDeepStrictEqual(JSON.parse(again.stdout), {
    bodies: 250,
    known: 250,
    new: 0,
    changed: 0,
  });
  assert.equal(await count("webhook_events"), 250);
  const same = await shop.runProcess(["compare", file]);
  assert.equal(same.code, 0, same.stdout);
  assert.match(same.stdout, /✓ 250 bodies compared: 0 missing, 0 different/);
});

await test("import reports bad lines with their numbers, and applies the rest", async () => {
  const text = [
    JSON.stringify(order(900)),
    "oops",
    '{"hello": 1}',
    '{"order_number": "X",',
    JSON.stringify(order(901)),
  ].join("\n");
  const piped = await shop.runProcess("import -", { input: text });
  assert.equal(piped.code, 1);
  assert.match(piped.stdout, /2 bodies of 5\n +2 new orders/);
  assert.match(piped.stderr, /standard input:2: it is not a JSON object/);
  assert.match(piped.stderr, /standard input:3: the body names no event type/);
  assert.match(piped.stderr, /standard input:4: /);
  assert.match(piped.stderr, /3 bodies could not be imported/);

  const missing = await shop.runProcess("import no-such-file.json");
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /Cannot read no-such-file.json: there is no such file/);
  const cut = writeScratch("cut.gz", gzipSync(JSON.stringify(orders)).subarray(0, 300));
  assert.match((await shop.runProcess(["import", cut])).stderr, /cut short/);
});

await test("compare names what is missing or differs, and the event that has set it", async () => {
  await shop.receiver.query("DELETE FROM orders WHERE order_number = 'OLD-1'");
  await shop.receiver.query("DELETE FROM payments WHERE payment_id = 'P-2'");
  const file = writeScratch(
    "newer.ndjson",
    [
      order(1),
      order(2),
      order(3, { status: "cancelled", modified_at: "2024-06-01T00:00:00Z" }),
      order(4, {
        status: "confirmed",
        modified_at: "2024-05-01T12:00:00Z",
        customer_email: "b@example.com",
      }),
      order(5),
    ]
      .map((one) => JSON.stringify(one))
      .join("\n"),
  );
  const found = await shop.runProcess(["compare", file]);
  assert.equal(found.code, 1);
  assert.match(
    found.stdout,
    /:1 {2}OLD-1 {2}order OLD-1 is not here\n +no event about it was delivered/,
  );
  assert.match(found.stdout, /:2 {2}OLD-2 {2}payment P-2 is not here/);
  assert.match(
    found.stdout,
    /OLD-3: status complete, in the file cancelled\n +the file is newer than order.completed import:/,
  );
  assert.match(
    found.stdout,
    /OLD-4: status complete, in the file confirmed\n +order.completed import:\S+ of .* is newer than the file/,
  );
  assert.match(found.stdout, /OLD-4: customer email differs/);
  assert.ok(!found.stdout.includes("b@example.com"));
  assert.match(found.stderr, /5 bodies compared: 1 missing, 3 different/);
  const lines = (await shop.runProcess(["compare", file, "--json"])).stdout.trim().split("\n");
  assert.partialDeepStrictEqual(JSON.parse(lines[0] ?? ""), {
    line: 1,
    order_number: "OLD-1",
    why: "missing",
  });
});

await shop.close();

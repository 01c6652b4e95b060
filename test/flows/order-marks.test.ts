/** An order may have the same name as the mark of a parcel: `shipment:S`. Its messages are still its own. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { event } from "../support/events";
import { orderDetail, shipment } from "../support/models";
import { apply, rows } from "../support/receiver";

test("an order called shipment:S and the parcel S each have a review request of their own", async () => {
  const unlinked = event("shipment.delivered", shipment("SHP-MARK"), {});
  const other = event("shipment.delivered", shipment("SHP-OTHER"), {
    order_number: "shipment:SHP-MARK",
  });
  const confirmed = event("order.confirmed", orderDetail("shipment:SHP-MARK"), {});
  await apply(unlinked, other, confirmed);
  expect(
    await rows(
      "SELECT id, about, order_number FROM notifications WHERE id LIKE '%SHP-MARK/email' ORDER BY id",
    ),
  ).toEqual([
    {
      id: "order_confirmed/shipment%3ASHP-MARK/email",
      about: "order",
      order_number: "shipment:SHP-MARK",
    },
    {
      id: "review_request/shipment%3ASHP-MARK/email",
      about: "order",
      order_number: "shipment:SHP-MARK",
    },
    { id: "review_request/shipment:SHP-MARK/email", about: "shipment", order_number: null },
  ]);
  const found = await rows(
    "SELECT id FROM order_messages WHERE order_number = ?1 ORDER BY id",
    "shipment:SHP-MARK",
  );
  expect(found.map(({ id }) => id)).toEqual([
    "order_confirmed/shipment%3ASHP-MARK/email",
    "review_request/shipment%3ASHP-MARK/email",
  ]);
});

test("what version 0.2 stored of such an order is renamed; of others, and of parcels, nothing is", async () => {
  const stored = [
    ["order_confirmed/shipment:OLD/email", "order"],
    ["order_confirmed/OLD:1/email", "order"],
    ["review_request/shipment:OLD/email", "shipment"],
  ];
  const insert = env.DB.prepare(
    `INSERT INTO notifications (id, template, channel, about, status, next_attempt_at, due_at, created_at, context)
     VALUES (?1, 'order_confirmed', 'email', ?2, 'sent', '', '', '', '{}')`,
  );
  const [rename = ""] =
    env.TEST_MIGRATIONS.find(({ name }) => name.includes("order_marks"))?.queries ?? [];
  await env.DB.batch([
    ...stored.map(([id, about]) => insert.bind(id, about)),
    env.DB.prepare(rename),
    env.DB.prepare(rename),
  ]);
  const left = await rows("SELECT id FROM notifications WHERE id LIKE '%OLD%' ORDER BY id");
  expect(left.map(({ id }) => id)).toEqual([
    "order_confirmed/OLD:1/email",
    "order_confirmed/shipment%3AOLD/email",
    "review_request/shipment:OLD/email",
  ]);
});

/** A parcel that was linked to one order and then to another: the messages that an erasure finds. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { dispatchIds } from "../../src/notifications/dispatch";
import { startErasure } from "../../src/store/privacy/erasure";
import { continueErasures, erase, type ErasureDeps } from "../../src/upkeep/erasure";
import { accepts, stage } from "../notifications/providers";
import { defaults } from "../support/defaults";
import { address, orderDetail, shipment } from "../support/models";
import { rows } from "../support/receiver";
import { NOW as STAGE_BEGINS_AT } from "../support/rows";
import { clearAll, type SentEvent, settle } from "./aged";

const hers = { first_name: "Quillonia", email: "quill@zephyr.example", phone: "9812345001" };
const theirs = { first_name: "Tomasius", email: "tom@other.example", phone: "9812345002" };
const NOW = new Date().toISOString();
const EMAIL = "shipment_update/SHP-1/shipped/email";
const SMS = "shipment_update/SHP-1/shipped/sms";
const deps: ErasureDeps = { db: env.DB, archive: null, defaults, now: () => new Date(NOW) };

let count = 0;

async function tell(type: string, data: object, over: object = {}): Promise<void> {
  count += 1;
  const at = addMs(NOW, -60_000 + count);
  const told: SentEvent = { id: `evt-m${String(count)}`, event_type: type, created_at: at, data };
  await settle([{ ...told, ...over }, at]);
}

async function tellOrder(number: string, who: Record<string, unknown>): Promise<void> {
  const people = { billing_address: address(who), shipping_address: address(who) };
  await tell("order.created", orderDetail(number, people));
}

/** The messages about the parcel are rendered for O, the provider is down, and the parcel moves to P. */
async function moveParcel(): Promise<ReturnType<typeof stage>> {
  await tellOrder("ORD-O", hers);
  await tellOrder("ORD-P", theirs);
  const parcel = shipment("SHP-1", { status: "shipped" });
  await tell("shipment.updated", parcel, { order_number: "ORD-O" });
  let isDown = true;
  const staged = stage((asked) => (isDown ? new Response("", { status: 503 }) : accepts(asked)));
  // The clock of the stage is fixed, days ago.
  staged.advance(Date.parse(NOW) - Date.parse(STAGE_BEGINS_AT) + 10_000);
  await dispatchIds([EMAIL, SMS], staged.deps);
  expect(
    await rows("SELECT status, order_number FROM notifications WHERE rendered IS NOT NULL"),
  ).toEqual([EMAIL, SMS].map(() => ({ status: "pending", order_number: "ORD-O" })));
  await tell("shipment.updated", parcel, { order_number: "ORD-P" });
  expect(await rows("SELECT order_number FROM shipments")).toEqual([{ order_number: "ORD-P" }]);
  isDown = false;
  staged.provider.asked.length = 0;
  staged.advance(120_000);
  return staged;
}

const messagesOfParcel = () =>
  rows(
    "SELECT id, status, reason, recipient, rendered FROM notifications WHERE id IN (?1, ?2) ORDER BY 1",
    EMAIL,
    SMS,
  );

beforeEach(clearAll);

it("finds the messages that were made for the order that it belonged to", async () => {
  const { deps: dispatch, provider } = await moveParcel();
  // By a telephone number: the e-mail address is not on the suppression list.
  const done = await erase(deps, ["phone:919812345001"]);
  expect(done).toMatchObject({ stage: "done", orders: 1 });
  const gone = { status: "suppressed", reason: "erased", recipient: null, rendered: null };
  expect(await messagesOfParcel()).toEqual([EMAIL, SMS].map((id) => ({ id, ...gone })));
  await dispatchIds([EMAIL, SMS], dispatch);
  expect(provider.asked).toEqual([]);
  for (const table of ["notifications", "orders", "shipments", "webhook_events"]) {
    const held = JSON.stringify(await rows(`SELECT * FROM ${table}`)).toLowerCase();
    for (const value of Object.values(hers)) expect(held, table).not.toContain(value.toLowerCase());
  }
});

it("sends nothing for an order that is on the list, before its messages are looked for", async () => {
  const { deps: dispatch, provider } = await moveParcel();
  await startErasure(env.DB, ["phone:919812345001", "order:ORD-O"], NOW);
  await dispatchIds([EMAIL, SMS], dispatch);
  expect(provider.asked).toEqual([]);
  expect(await messagesOfParcel()).toMatchObject(
    [EMAIL, SMS].map((id) => ({ id, status: "suppressed", reason: "erased" })),
  );
  await continueErasures(deps);
});

it("leaves the other order's customer what is theirs", async () => {
  const { deps: dispatch, provider } = await moveParcel();
  await tell("shipment.updated", shipment("SHP-1", { status: "in_transit" }), {
    order_number: "ORD-P",
  });
  await erase(deps, ["phone:919812345001"]);
  const own = "shipment_update/SHP-1/in_transit/email";
  await dispatchIds([own], dispatch);
  expect(provider.asked.map(({ body }) => body.includes(theirs.email))).toEqual([true]);
  expect(await rows("SELECT status FROM notifications WHERE id = ?1", own)).toEqual([
    { status: "sent" },
  ]);
});

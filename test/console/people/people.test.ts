/** One person in the console: the stored data, the export, and the erasure with its typed confirmation. */
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../../support/events";
import { address, orderDetail, payment } from "../../support/models";
import { apply, fetchWith, rows } from "../../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const PERSON = "/console/people?order=PER-1";
let cookie = "";

async function post(path: string, form: Record<string, string>) {
  const body = new URLSearchParams(form);
  const headers = { origin: ORIGIN, cookie };
  const request = new Request(`${ORIGIN}${path}`, {
    method: "POST",
    body,
    headers,
    redirect: "manual",
  });
  return await fetchWith(ADMIN, request);
}

async function get(path: string) {
  return await fetchWith(ADMIN, new Request(`${ORIGIN}${path}`, { headers: { cookie } }));
}

beforeAll(async () => {
  cookie =
    (
      (await post("/console/sign-in", { token: "let-me-in" })).headers.get("set-cookie") ?? ""
    ).split(";")[0] ?? "";
  await apply(
    event("order.confirmed", orderDetail("PER-1"), { id: "per-1" }),
    event("payment.success", payment("PAY-PER"), { order_number: "PER-1" }),
    event("order.confirmed", orderDetail("PER-2"), { id: "per-2" }),
  );
});

describe("the page of a person", () => {
  it("is reached from the order and says how much there is", async () => {
    expect(await (await get("/console/orders/PER-1")).text()).toContain(PERSON);
    const text = await (await get(PERSON)).text();
    for (const said of ["Asha Rao", "asha@example.com", "PER-2", "2 orders", "3 events"]) {
      expect(text).toContain(said);
    }
  });

  it("is no page of an unknown order, and says so", async () => {
    expect((await get("/console/people?order=NOPE")).status).toBe(404);
    expect((await get("/console/people?erasure=77")).status).toBe(404);
    expect((await get("/console/people")).status).toBe(200);
  });
});

describe("the export", () => {
  it("is one JSON file, the same that the API answers", async () => {
    const response = await post("/console/people/export", { order: "PER-1" });
    expect(response.headers.get("content-disposition")).toContain("export.json");
    const file = await response.json<{ orders: unknown[] }>();
    const authorization = "Bearer let-me-in";
    const body = JSON.stringify({ email: "asha@example.com", phone: "+919876543210" });
    const asked = new Request(`${ORIGIN}/api/admin/exports`, {
      method: "POST",
      body,
      headers: { authorization },
    });
    const { next_cursor: _, ...answer } = await (
      await fetchWith(ADMIN, asked)
    ).json<Record<string, unknown>>();
    expect(file).toEqual(answer);
    expect(file.orders).toHaveLength(2);
  });
});

describe("the erasure", () => {
  it("needs the person's address, typed", async () => {
    for (const confirm of ["", "yes", "ravi@example.com"]) {
      const response = await post("/console/people/erase", { order: "PER-1", confirm });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("Nothing was erased");
    }
    expect(await rows("SELECT * FROM erasures")).toEqual([]);
  });

  it("erases, and shows how far it is", async () => {
    const response = await post("/console/people/erase", {
      order: "PER-1",
      confirm: " Asha@example.com",
    });
    expect(response.headers.get("location")).toBe("/console/people?erasure=1");
    expect(await (await get("/console/people?erasure=1")).text()).toContain("Erasure 1");
    expect(await rows("SELECT DISTINCT customer_name FROM orders")).toEqual([
      { customer_name: "(erased)" },
    ]);
    expect(await (await get(PERSON)).text()).toContain("erased already");
    expect((await post("/console/people/export", { order: "PER-1" })).status).toBe(303);
    expect(await rows("SELECT who, about FROM activity WHERE what = 'erased'")).toEqual([
      { who: "Admin token", about: "1" },
    ]);
  });
});

/** An order of one customer, with these fields in its addresses. */
const orderOf = (number: string, who: Record<string, unknown>) =>
  event(
    "order.confirmed",
    orderDetail(number, { billing_address: address(who), shipping_address: address(who) }),
  );

describe("an address or a number that several people share", () => {
  const home = { phone: "9812300000" };

  it("shows all of them, and says whom an erasure touches", async () => {
    await apply(
      orderOf("SHARE-1", { ...home, first_name: "Meera", email: "meera@mail.example" }),
      orderOf("SHARE-2", { ...home, first_name: "Ravi", email: null }),
      orderOf("SHARE-3", { ...home, first_name: "Tara", email: null }),
    );
    const text = await (await get("/console/people?order=SHARE-2")).text();
    for (const said of [
      "3 people have orders under this address or number",
      "Meera Rao, Ravi Rao, Tara Rao",
      "meera@mail.example",
      "SHARE-3",
      "3 orders",
    ]) {
      expect(text).toContain(said);
    }
    const found = await (await get("/console/search?q=9812300000")).text();
    for (const name of ["Meera Rao", "Ravi Rao", "Tara Rao"]) {
      expect(found).toMatch(new RegExp(`people\\?order=SHARE-\\d"[^>]*><bdi>${name}`));
    }
  });
});

describe("a person of whom only a name is known", () => {
  const PAGE = "/console/people?order=NAME-1";
  const nobody = { first_name: "Lata", last_name: "Menon", email: null, phone: null };

  beforeAll(async () => {
    await apply(
      orderOf("NAME-1", nobody),
      orderOf("NAME-2", nobody),
      orderOf("NAME-3", nobody),
      orderOf("NAME-4", { ...nobody, first_name: "Uma" }),
    );
  });

  it("is counted by the orders that are chosen, the one order at first", async () => {
    expect(await (await get("/console/orders/NAME-1")).text()).toContain(PAGE);
    const text = await (await get(PAGE)).text();
    expect(text).toContain("several people may have the same name");
    expect(text).toContain("1 order, 1 event");
    expect(text).toContain("NAME-3");
    expect(text).not.toContain("NAME-4");
    const chosen = await (
      await get("/console/people?of=NAME-1&own=NAME-1&own=NAME-2&own=NAME-4")
    ).text();
    expect(chosen).toContain("2 orders, 2 events");
    expect(await rows("SELECT * FROM erasures WHERE id > 1")).toEqual([]);
  });

  it("is exported by them", async () => {
    const form = { order: "NAME-1", own: "NAME-2" };
    const file = await (
      await post("/console/people/export", form)
    ).json<{ orders: { order: { order_number: string } }[] }>();
    expect(file.orders.map(({ order }) => order.order_number)).toEqual(["NAME-2"]);
  });

  it("is erased from them once the name is typed, and from what comes later about them", async () => {
    const form = { order: "NAME-1", own: "NAME-1" };
    expect((await post("/console/people/erase", { ...form, confirm: "Lata" })).status).toBe(400);
    const response = await post("/console/people/erase", { ...form, confirm: "lata menon" });
    expect(response.headers.get("location")).toBe("/console/people?erasure=2");
    const names = "SELECT customer_name AS name FROM orders WHERE order_number LIKE 'NAME-%'";
    expect((await rows(names)).map(({ name }) => name)).toEqual([
      "(erased)",
      "Lata Menon",
      "Lata Menon",
      "Uma Menon",
    ]);
    await apply(orderOf("NAME-1", nobody));
    const bodies = await rows("SELECT payload FROM webhook_events WHERE subject_id = 'NAME-1'");
    expect(bodies).toHaveLength(2);
    expect(JSON.stringify(bodies)).not.toContain("Lata");
    expect(await (await get(PAGE)).text()).toContain("erased already");
    expect(await (await get("/console/search?q=lata")).text()).not.toContain("NAME-1");
  });
});

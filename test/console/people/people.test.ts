/** One person in the console: what is stored, the export, and the erasure with its typed confirmation. */
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../../support/events";
import { orderDetail, payment } from "../../support/models";
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

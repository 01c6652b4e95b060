/** The form of deliveries, as the pages show it. */
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { apply, fetchWith, ORIGIN } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
let cookie = "";

async function read(path: string): Promise<string> {
  const response = await fetchWith(ADMIN, new Request(ORIGIN + path, { headers: { cookie } }));
  expect(response.status, path).toBe(200);
  const text = await response.text();
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#34;", '"')
    .replaceAll(/<[^>]+>/g, "");
}

beforeAll(async () => {
  const body = new URLSearchParams({ token: ADMIN.ADMIN_TOKEN });
  const request = new Request(`${ORIGIN}/console/sign-in`, {
    method: "POST",
    body,
    headers: { origin: ORIGIN },
    redirect: "manual",
  });
  const response = await fetchWith(ADMIN, request);
  cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
});

describe("the overview", () => {
  it("says before the first delivery what to do", async () => {
    const text = await read("/console");
    expect(text).toContain(
      `No authentic delivery yet. Enter ${ORIGIN}/api/webhooks/ce as the webhook URL`,
    );
    expect(text).toContain(`npx ce-webhooks doctor --url ${ORIGIN}`);
  });

  it("says when the first and the last delivery came, and in which form", async () => {
    await apply({ ...orderDetail("FORM-1"), status: "confirmed" });
    const first = await read("/console");
    expect(first).not.toContain("No authentic delivery yet");
    expect(first).toMatch(/First delivery 2\d{3}-[\d :-]+, bare\./);
    await apply("not JSON", event("order.created", orderDetail("FORM-2")));
    expect(await read("/console")).toMatch(
      /First delivery 2\d{3}-[\d :-]+, bare; last one (just now|\d+ s ago), envelope\./,
    );
  });
});

describe("an event's page", () => {
  it.each([
    ["bare", { ...orderDetail("FORM-3"), status: "confirmed" }, 'type by its status "confirmed"'],
    ["flat", { event_type: "order.created", ...orderDetail("FORM-4") }, "type named by the body"],
    ["envelope", event("order.created", orderDetail("FORM-5")), "type named by the body"],
  ])("says how a body was recognized: %s", async (form, body, how) => {
    const [row] = await apply(body);
    const text = await read(`/console/events/${encodeURIComponent(String(row?.["id"]))}`);
    expect(text).toContain(`Form of the body: ${form} · ${how}.`);
  });

  it("has a name for a body that names no type, here and in lists", async () => {
    const [row] = await apply("[1]");
    const text = await read(`/console/events/${encodeURIComponent(String(row?.["id"]))}`);
    expect(text).toContain("unknown body quarantined");
    expect(text).toContain("Form of the body: unknown: the body is JSON, but not an object.");
    for (const path of ["/console/events", "/console/troubled"]) {
      const list = await read(path);
      expect(list, path).toContain("unknown body");
      expect(list, path).not.toContain("null");
    }
  });
});

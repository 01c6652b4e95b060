/**
 * Secrets are changed in the steps of docs/runbook.md during deliveries and sign-ins: no valid request is refused, each
 * check of the table holds, and the old secret ends where the table says so. (A provider's key:
 * test/notifications/dispatch-trouble.test.ts.)
 */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import * as z from "zod";
import { signIn } from "../support/console";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { fetchWith, ORIGIN, post, rows, settled } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "token-before" };
const settingsAnswer = z.object({ secrets: z.record(z.string(), z.boolean()) });
const verifiedAnswer = z.object({
  verified_by: z.object({
    current: z.number(),
    previous: z.number(),
    last_previous_at: z.string().nullable(),
  }),
});

type Secrets = Readonly<Record<string, string>>;

async function ask(path: string, vars: Secrets, token = "token-before"): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return await fetchWith(vars, new Request(`${ORIGIN}/api/admin${path}`, { headers }));
}

async function isSet(name: string, vars: Secrets): Promise<boolean | undefined> {
  const response = await ask("/settings", { ...ADMIN, ...vars });
  return settingsAnswer.parse(await response.json()).secrets[name];
}

async function verifiedBy(vars: Secrets) {
  const response = await ask("/settings", { ...ADMIN, ...vars });
  return verifiedAnswer.parse(await response.json()).verified_by;
}

/** The status of a delivery that the sender signs with `secret`. */
async function deliver(number: string, secret: string, vars: Secrets): Promise<number> {
  const body = event("order.created", orderDetail(number), { id: `evt_${number}` });
  return (await post(JSON.stringify(body), { secret, vars })).status;
}

test("the webhook secret: no delivery is refused from the first step to the last", async () => {
  const before = { CE_WEBHOOK_SECRET: "old" };
  const both = { CE_WEBHOOK_SECRET: "old", CE_WEBHOOK_SECRET_PREVIOUS: "old" };
  const during = { CE_WEBHOOK_SECRET: "new", CE_WEBHOOK_SECRET_PREVIOUS: "old" };
  const after = { CE_WEBHOOK_SECRET: "new" };

  expect(await deliver("R-0", "old", before)).toBe(200);
  // Step 1: the current secret is set as the previous one too.
  expect(await deliver("R-1", "old", both)).toBe(200);
  expect(await isSet("CE_WEBHOOK_SECRET_PREVIOUS", both)).toBe(true);
  // Step 2: the new secret; Commerce Engine still signs with the old one.
  const { previous } = await verifiedBy(during);
  expect(await deliver("R-2", "old", during)).toBe(200);
  const second = await verifiedBy(during);
  expect(second.previous).toBe(previous + 1);
  // Step 3: Commerce Engine signs with the new one.
  expect(await deliver("R-3", "new", during)).toBe(200);
  const third = await verifiedBy(during);
  expect(third.current).toBe(second.current + 1);
  expect(third.last_previous_at).toBe(second.last_previous_at);
  // Step 4: a retry of an earlier delivery, still signed with the old secret.
  expect(await deliver("R-4", "old", during)).toBe(200);
  // Step 5: the old secret is removed.
  expect(await isSet("CE_WEBHOOK_SECRET_PREVIOUS", after)).toBe(false);
  expect(await deliver("R-5", "old", after)).toBe(401);
  expect(await deliver("R-5", "new", after)).toBe(200);

  const ids = ["R-0", "R-1", "R-2", "R-3", "R-4", "R-5"].map((number) => `evt_${number}`);
  for (const { status } of await settled(...ids)) expect(status).toBe("processed");
  const orders = await rows(
    "SELECT order_number FROM orders WHERE order_number LIKE 'R-%' ORDER BY 1",
  );
  expect(orders.map(({ order_number: number }) => number)).toEqual([
    "R-0",
    "R-1",
    "R-2",
    "R-3",
    "R-4",
    "R-5",
  ]);
});

test("the webhook secret is lost: deliveries are answered 503, and taken once it is back", async () => {
  expect(await deliver("R-6", "old", { CE_WEBHOOK_SECRET: "" })).toBe(503);
  expect(await deliver("R-6", "old", { CE_WEBHOOK_SECRET: "old" })).toBe(200);
});

test("the admin token: the old one and its sessions end at once", async () => {
  const cookie = await signIn("token-before");
  const page = (vars: Secrets): Promise<Response> =>
    fetchWith(vars, new Request(`${ORIGIN}/console`, { headers: { cookie }, redirect: "manual" }));
  expect((await page(ADMIN)).status).toBe(200);
  const after = { ADMIN_TOKEN: "token-after" };
  expect((await page(after)).status).toBe(303);
  expect((await ask("/health", after, "token-before")).status).toBe(401);
  expect((await ask("/health", after, "token-after")).status).toBe(200);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBeGreaterThan(0);
});

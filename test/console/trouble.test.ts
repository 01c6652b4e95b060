/** Failures, as a person and the log see them: a form that cannot be read, a database that is down. */
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { signIn } from "../support/console";
import { broken, fetchWith, ORIGIN } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const MALFORMED = { "content-type": "multipart/form-data; boundary=x" };

async function post(path: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const init = { method: "POST", body: "no such boundary", redirect: "manual" } as const;
  const request = new Request(ORIGIN + path, {
    ...init,
    headers: { origin: ORIGIN, ...MALFORMED, ...headers },
  });
  return await fetchWith(ADMIN, request);
}

it("a form that cannot be read has no fields", async () => {
  const signedOut = await post("/console/sign-in", {});
  expect(signedOut.headers.get("location")).toBe("/console/sign-in?wrong=1");
  const cookie = await signIn(ADMIN.ADMIN_TOKEN);
  const replayed = await post("/console/replay", { cookie });
  expect(replayed.headers.get("location")).toBe("/console/troubled?notice=none");
  expect((await post("/console/send-again", { cookie })).status).toBe(303);
});

it.each(["/console/orders/Asha%20Rao", "/api/admin/orders/Asha%20Rao"])(
  "the log says which route failed, and not for whom: %s",
  async (path) => {
    const cookie = await signIn(ADMIN.ADMIN_TOKEN);
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const headers = { cookie, authorization: `Bearer ${ADMIN.ADMIN_TOKEN}` };
    const orders = new Proxy(env.DB, {
      get(db, name) {
        if (name === "prepare") {
          return (sql: string) => (sql.includes("sessions") ? db : broken(db)).prepare(sql);
        }
        return Reflect.get(broken(db), name) as unknown;
      },
    });
    const request = new Request(ORIGIN + path, { headers });
    const response = await fetchWith({ ...ADMIN, DB: orders }, request);
    const lines = logged.mock.calls.map(([line]) => String(line));
    logged.mockRestore();
    expect(response.status).toBe(503);
    expect(lines.join("\n")).toMatch(/"route":"[^"]*:number"/);
    expect(lines.join("\n")).not.toMatch(/Asha/);
  },
);

/** Errors by class. The texts are those of developers.cloudflare.com/d1/observability/debug-d1. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { classifyTrouble } from "../../src/consumer/trouble";

const documented = {
  transient: [
    "D1 DB reset because its code was updated.",
    "Internal error while starting up D1 DB storage caused object to be reset.",
    "Network connection lost.",
    "Internal error in D1 DB storage caused object to be reset.",
    "Cannot resolve D1 DB due to transient issue on remote node.",
    "Replica disconnected from primary.",
  ],
  overload: [
    "D1 DB storage operation exceeded timeout which caused object to be reset.",
    "D1 DB is overloaded. Requests queued for too long.",
    "D1 DB is overloaded. Too many requests queued.",
    "D1 DB's isolate exceeded its memory limit and was reset.",
    "D1 DB exceeded its CPU time limit and was reset.",
    "Exceeded maximum DB size.",
    "Your account has exceeded D1's maximum account storage limit, please contact Cloudflare to raise your limit.",
    "Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC)",
  ],
} as const;

describe("what D1 documents", () => {
  it.each(documented.transient)("%s is tried again soon", (text) => {
    expect(classifyTrouble(new Error(`D1_ERROR: ${text}`))).toBe("transient");
    expect(classifyTrouble(new Error(text.toUpperCase()))).toBe("transient");
  });

  it.each(documented.overload)("%s backs off long", (text) => {
    expect(classifyTrouble(new Error(`D1_ERROR: ${text}`))).toBe("overload");
  });

  it("an error wrapped by a library is known by its cause", () => {
    const cause = new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued.");
    expect(classifyTrouble(new Error("Failed query: insert into …", { cause }))).toBe("overload");
  });

  it("what nobody documents counts as trouble of the platform: giving up is the worse mistake", () => {
    for (const thrown of [new Error("internal error; reference = abc"), "text", null, undefined]) {
      expect(classifyTrouble(thrown)).toBe("transient");
    }
  });
});

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

const insertEvent = (id: string | null, redeliveries: unknown) =>
  env.DB.prepare(
    `INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256, redeliveries)
     VALUES (?1, 't', '2026-11-24T10:00:00.000Z', 'received', 'x', ?2)`,
  ).bind(id, redeliveries);

describe("what the real D1 says of an event's own data", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["a null that may not be", () => insertEvent(null, 0).run()],
    ["text in a column of integers", () => insertEvent("evt_text", "twelve").run()],
    ["a value that cannot be bound", () => insertEvent("evt_undefined", undefined).run()],
    ["JSON that is none", () => env.DB.prepare("SELECT * FROM json_each('{')").all()],
    ["in a batch", () => env.DB.batch([insertEvent("evt_a", 0), insertEvent("evt_b", 1.5)])],
  ])("%s stands alone", async (_what, work) => {
    expect(classifyTrouble(await errorOf(work))).toBe("data");
  });

  it("a bug of ours in making the batch stands alone too", () => {
    expect(classifyTrouble(new TypeError("x is not a function"))).toBe("data");
    expect(classifyTrouble(new RangeError("Invalid string length"))).toBe("data");
  });

  it("a table that is not there yet is no event's fault", async () => {
    const missing = () => env.DB.prepare("SELECT 1 FROM no_such_table").all();
    expect(classifyTrouble(await errorOf(missing))).toBe("overload");
    const column = () => env.DB.prepare("SELECT no_such_column FROM webhook_events").all();
    expect(classifyTrouble(await errorOf(column))).toBe("overload");
  });
});

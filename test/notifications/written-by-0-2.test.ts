/** A message about a failed payment that version 0.2 wrote is checked by the same rules. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { parseContext } from "../../src/notifications/context";
import { judge, type Verdict } from "../../src/notifications/relevance";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { loadDue } from "../../src/store/outbox/outbox-facts";
import { renewRows } from "../../src/store/upgrade-0-2/renewal";
import { row } from "../support/receiver";
import { asOld, tell } from "../upkeep/version-0-2";
import { clearTables } from "../support/rows";

const NOW = "2026-11-24T10:00:00.000Z";

function paymentEvent(type: string, at: string): StoredEvent {
  const data = { request_number: "P", order_number: "A", payment_date: `2026-11-24T${at}:00Z` };
  const body = { event_type: type, created_at: `2026-11-24T${at}:00.000Z`, data };
  return { id: `${type} ${at}`, typeHint: null, receivedAt: NOW, payload: JSON.stringify(body) };
}

const order: StoredEvent = {
  id: "order",
  typeHint: null,
  receivedAt: NOW,
  payload: JSON.stringify({
    event_type: "order.created",
    created_at: "2026-11-24T09:00:00.000Z",
    data: { order_number: "A", status: "draft", customer_email: "asha@example.com" },
  }),
};

const failure = paymentEvent("payment.failed", "09:10");
const message = "payment_failed/P/2026-11-24T09:10:00.000Z/email";

/** Changes the message to the format of version 0.2. */
async function makeOld(): Promise<void> {
  const read = "SELECT context->>'precedence' AS p FROM notifications WHERE id = ?1";
  const { p } = await row(read, message);
  await env.DB.prepare("UPDATE notifications SET context = json_set(context, '$.precedence', ?1)")
    .bind(asOld(String(p), "payment", failure.id))
    .run();
}

async function verdict(): Promise<Verdict> {
  const [due] = (await loadDue(env.DB, [message], NOW)).rows;
  if (due === undefined) throw new Error("the message is not due");
  const question = { ...due.row, context: parseContext(due.row.context) };
  const circumstances = {
    now: NOW,
    maxAgeMs: null,
    quietUntil: null,
    channel: "on",
    allowlist: null,
    endpointEnd: null,
    isSwitchedOn: true,
    isOptedOut: false,
    quietHoursEnd: null,
  } as const;
  return judge(question, due.facts, circumstances);
}

beforeEach(clearTables);

describe("a failed payment that version 0.2 has applied", () => {
  beforeEach(async () => {
    await tell([order, failure], "0.2");
    await makeOld();
  });

  it("is told while it stands, before its row is renewed and after", async () => {
    expect(await verdict()).toMatchObject({ kind: "send" });
    await renewRows(env.DB, NOW);
    expect(await verdict()).toMatchObject({ kind: "send" });
  });

  it("is not told where another failure came after it, whichever version applied that", async () => {
    const again = { kind: "suppress", reason: "the payment has failed again since" };
    await tell([paymentEvent("payment.failed", "09:20")], "0.2");
    expect(await verdict()).toEqual(again);
    await renewRows(env.DB, NOW);
    expect(await verdict()).toEqual(again);
    await tell([paymentEvent("payment.failed", "09:30")], "now");
    expect(await verdict()).toEqual(again);
  });
});

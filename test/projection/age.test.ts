/** Events that are too old: the verdict at its limit, which depends only on the event. */
import { describe, expect, it } from "vitest";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { asJudged, interpret } from "../../src/projection/interpret";
import { foldPatches } from "../../src/projection/fold";
import { defaults } from "../support/defaults";

const RECEIVED_AT = "2026-11-24T10:00:00.000Z";
const options = {
  ...asJudged(defaults),
  forwardTo: [{ endpoint: "default", eventTypes: ["*"] }],
  dedupeDays: 400,
};
const horizon = addMs(RECEIVED_AT, -400 * DAY_MS);

function verdict(body: object, over: object = {}) {
  const event = { id: "e", event_type: "order.confirmed", data: { order_number: "A" }, ...body };
  return interpret(
    {
      id: "e",
      typeHint: null,
      receivedAt: RECEIVED_AT,
      payload: JSON.stringify(event),
    },
    { ...options, ...over },
  );
}

describe("an event older than the horizon", () => {
  it("is ignored from the first millisecond beyond it, and sets and tells nothing", () => {
    const at = verdict({ created_at: horizon });
    expect(at.status).toBe("processed");
    expect(foldPatches(at.patches).orderNumbers).toEqual(new Set(["A"]));
    const beyond = verdict({ created_at: addMs(horizon, -1) });
    expect(beyond).toMatchObject({
      status: "ignored",
      error: "too old: its own time lies more than 400 days before its receipt",
      patches: [],
      outbox: [],
      contacts: [],
      statusPrecedence: null,
    });
  });

  it("is so by the time that its envelope states alone: a date of its own says not when it was told", () => {
    const old = addMs(horizon, -1);
    const payment = { request_number: "P", payment_status: "success", payment_date: old };
    const order = { order_number: "A", status: "confirmed", order_date: old };
    expect(verdict({ event_type: "payment.success", data: payment }).status).toBe("processed");
    expect(verdict({ event_type: undefined, data: undefined, ...payment }).status).toBe(
      "processed",
    );
    expect(verdict({ event_type: undefined, data: undefined, ...order }).status).toBe("processed");
    const told = { event_type: "payment.success", created_at: old, data: payment };
    expect(verdict(told).status).toBe("ignored");
  });

  it("is refused before it could be quarantined: a fix and a replay must not bring it back", () => {
    const old = addMs(horizon, -1);
    expect(verdict({ created_at: old, data: "none" }).status).toBe("ignored");
    expect(verdict({ created_at: horizon, data: "none" }).status).toBe("quarantined");
  });

  it("is never one without a time that can be believed", () => {
    expect(verdict({}).status).toBe("processed");
    expect(verdict({ created_at: "1999-12-31T00:00:00Z" }).status).toBe("processed");
    expect(verdict({ created_at: "2099-01-01T00:00:00Z" }).status).toBe("processed");
  });

  it("stays as it was judged when it is read again: a shorter horizon wipes out no history", () => {
    const old = addMs(RECEIVED_AT, -300 * DAY_MS);
    expect(verdict({ created_at: old }, { dedupeDays: 200 }).status).toBe("ignored");
    expect(verdict({ created_at: old }, { dedupeDays: null }).status).toBe("processed");
  });
});

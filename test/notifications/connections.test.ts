/** Endpoints in parallel on a platform that lets a run wait for six answers at a time, as Cloudflare does. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dispatchIds } from "../../src/notifications/dispatch";
import { ConnectionGate } from "../../src/notifications/forwarding/connection-gate";
import { insertEndpoint, loadEndpoint } from "../../src/store/outbox/endpoints";
import { event } from "../support/events";
import { clearTables, NOW, readNotifications } from "../support/rows";
import { arrive } from "./arrivals";
import { accepts, type Answering, hangs, impatientStage } from "./providers";

beforeEach(clearTables);

const CONNECTIONS = 6;
const EVENTS = 4;
/** Within the time-out of a stage, but not after an equally long wait for a connection. */
const ANSWER_MS = 150;

/** Delays requests while six answers are awaited; an aborted request releases its connection. */
function sixAtATime(answer: Answering): Answering {
  let free = CONNECTIONS;
  const waiting: (() => void)[] = [];
  const connect = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  /** Passes the connection to the next request. */
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (asked, request) => {
    await connect();
    try {
      request.signal.throwIfAborted();
      return await answer(asked, request);
    } finally {
      release();
    }
  };
}

async function arriveFor(endpoints: readonly string[]): Promise<readonly string[]> {
  for (const id of endpoints) {
    const settings = {
      url: `https://${id.replace("_", "-")}.test/`,
      description: "",
      event_types: ["*"],
      include_order: false,
      rate_limit: null,
    };
    expect(await insertEndpoint(env.DB, id, settings, NOW)).not.toBeNull();
  }
  const events = Array.from({ length: EVENTS }, (_, index) =>
    event("order.created", { order_number: `ORD-${index}` }, { id: `evt-${index}` }),
  );
  const forwardTo = endpoints.map((endpoint) => ({ endpoint, eventTypes: ["*"] }));
  await arrive(events, { forwardTo });
  return endpoints.flatMap((endpoint) => events.map(({ id }) => `forward/${id}/${endpoint}`));
}

describe("an endpoint beside two that hang", () => {
  it("is not taken for silent because their requests hold the connections", async () => {
    const ids = await arriveFor(["ep_a", "ep_b", "ep_c"]);
    const set = impatientStage(
      sixAtATime(async (asked, request) => {
        if (!asked.url.includes("ep-c")) return await hangs(asked, request);
        await scheduler.wait(ANSWER_MS);
        return accepts(asked);
      }),
    );
    await dispatchIds(ids, set.deps);
    const rows = await readNotifications("endpoint = 'ep_c'");
    expect(rows.map(({ status, attempts, error }) => [status, attempts, error])).toEqual(
      rows.map(() => ["sent", 1, null]),
    );
    expect(rows).toHaveLength(EVENTS);
    expect(await loadEndpoint(env.DB, "ep_c")).toMatchObject({ failing_since: null });
  });
});

describe("the connections of a run", () => {
  const settled = async (gate: ConnectionGate, lanes: readonly string[]) => {
    const entered: string[] = [];
    const leaves = lanes.map(async (lane) => {
      const leave = await gate.enter(lane);
      entered.push(lane);
      return leave;
    });
    await new Promise((resolve) => setTimeout(resolve));
    return { entered, leaves };
  };

  it("are six, of which one lane takes four", async () => {
    const gate = new ConnectionGate();
    const one = await settled(
      gate,
      Array.from({ length: 8 }, () => "a"),
    );
    expect(one.entered).toHaveLength(4);
    const others = await settled(gate, ["b", "b", "c", "d"]);
    expect(others.entered).toEqual(["b", "c"]);
  });

  it("go to the first that may have one as soon as one is given back", async () => {
    const gate = new ConnectionGate();
    const { leaves } = await settled(gate, ["a", "b", "c", "d", "e", "f"]);
    const { entered } = await settled(gate, ["a", "g"]);
    expect(entered).toEqual([]);
    for (const leave of leaves.slice(1, 2)) (await leave)();
    await new Promise((resolve) => setTimeout(resolve));
    expect(entered).toEqual(["g"]);
  });
});

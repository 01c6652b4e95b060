/** Builders of events as Commerce Engine sends them, and their signatures. */
import { sign as signWith } from "../../testbed/deliveries/sign";

export interface EventBody {
  id?: string | undefined;
  event_type: string;
  created_at?: string | number | undefined;
  order_number?: string | undefined;
  data: unknown;
}

/** Distinguishes the events of this file from those of an earlier file that are still in a queue. */
const loaded = crypto.randomUUID().slice(0, 4);
let count = 0;

/** An enveloped event with its own id; an hour old by default. */
export function event(
  type: string,
  data: unknown,
  over: Partial<EventBody> & Record<string, unknown> = {},
): EventBody {
  count += 1;
  return {
    id: `evt_${loaded}_${String(count).padStart(5, "0")}_${type}`,
    event_type: type,
    created_at: new Date(Date.now() - 3_600_000).toISOString(),
    data,
    ...over,
  };
}

export function order(number: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return { order_number: number, ...over };
}

/** Signs as Commerce Engine does, with the secret of the tests. */
export async function sign(
  body: string | Uint8Array<ArrayBuffer>,
  secret = "test-secret",
): Promise<string> {
  return await signWith(body, secret);
}

/** Builders of events as Commerce Engine sends them, and their signatures. */

export interface EventBody {
  id?: string | undefined;
  event_type: string;
  created_at?: string | number | undefined;
  order_number?: string | undefined;
  data: unknown;
}

/** What a queue still holds of an earlier file must not pass for an event of this one. */
const loaded = crypto.randomUUID().slice(0, 4);
let count = 0;

/** An enveloped event with an id of its own, an hour old unless told otherwise. */
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

/** Signs as Commerce Engine does: lower-case hex HMAC-SHA256 of the raw body. */
export async function sign(body: string | Uint8Array, secret = "test-secret"): Promise<string> {
  const encoder = new TextEncoder();
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = await crypto.subtle.sign("HMAC", key, bytes);
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

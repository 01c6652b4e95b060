/** A simple first version: verify, one INSERT, one queue send, both awaited, then the answer. */
import { verified } from "./verify";

interface NaiveEnv {
  readonly CE_WEBHOOK_SECRET: string;
  readonly DB: D1Database;
  readonly EVENTS: Queue;
}

export default {
  async fetch(request: Request, env: NaiveEnv): Promise<Response> {
    const body = await verified(request, env.CE_WEBHOOK_SECRET);
    if (body === null) return Response.json({ error: "Invalid signature" }, { status: 401 });
    const text = new TextDecoder().decode(body);
    const event = JSON.parse(text) as { readonly id: string; readonly event_type: string };
    await env.DB.prepare(
      "INSERT OR IGNORE INTO naive_events (id, event_type, received_at, status, payload) VALUES (?1, ?2, ?3, 'received', ?4)",
    )
      .bind(event.id, event.event_type, new Date().toISOString(), text)
      .run();
    await env.EVENTS.send({ id: event.id });
    return Response.json({ received: true });
  },

  async queue(batch: MessageBatch<{ readonly id: string }>, env: NaiveEnv): Promise<void> {
    for (const message of batch.messages) {
      await env.DB.prepare("UPDATE naive_events SET status = 'processed' WHERE id = ?1")
        .bind(message.body.id)
        .run();
      message.ack();
    }
  },
};

/**
 * The handler of the vendor's guide on Express: verifies the raw body, queues it in memory, answers. With `sqlite FILE`
 * it is durable: it writes a row to SQLite (WAL, synchronous=FULL) before the answer. Runs as a separate process, and
 * prints its port when it listens.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { AddressInfo } from "node:net";
import express from "express";

const [, , mode = "memory", file = "", secret = ""] = process.argv;

interface Received {
  readonly id: string;
  readonly event_type: string;
}

function openInbox(): (event: Received, body: Buffer) => void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec(
    "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, event_type TEXT, received_at TEXT, payload TEXT)",
  );
  const insert = db.prepare("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)");
  return (event, body) => {
    insert.run(event.id, event.event_type, new Date().toISOString(), body.toString());
  };
}

const queue: Received[] = [];
const keep =
  mode === "sqlite"
    ? openInbox()
    : (event: Received): void => {
        queue.push(event);
        if (queue.length > 10_000) queue.length = 0;
      };

const app = express();
app.post("/api/webhooks/ce", express.raw({ type: "*/*" }), (request, response) => {
  const body = request.body as Buffer;
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(request.get("x-webhook-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.status(401).json({ error: "Invalid signature" });
    return;
  }
  keep(JSON.parse(body.toString()) as Received, body);
  response.json({ received: true });
});
const server = app.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

/** The effect of migration 0024 on existing messages. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { migrateOn, migrateUpTo } from "../support/migrations";
import { rows } from "../support/receiver";

const DAY_MS = 86_400_000;
const now = new Date().toISOString();

const insert = `
INSERT INTO notifications (id, template, channel, status, due_at, created_at, sent_at, error)
VALUES (?1, 'order_confirmed', ?2, ?3, ?4, ?4, ?5, ?6)`;

it("remembers the channels that have sent within the last month, and what had no answer", async () => {
  await migrateUpTo("0024");
  const ago = (days: number): string => addMs(now, -days * DAY_MS);
  const seed = [
    ["a", "email", "sent", ago(3), null],
    ["b", "email", "sent", ago(1), null],
    ["c", "sms", "sent", ago(31), null],
    ["d", "team", "suppressed", null, null],
    ["e", "email", "pending", null, "no answer in time"],
    ["f", "email", "pending", null, "503"],
  ] as const;
  await env.DB.batch(
    seed.map(([id, channel, status, sent, error]) =>
      env.DB.prepare(insert).bind(id, channel, status, now, sent, error),
    ),
  );
  await migrateOn();
  expect(await rows("SELECT * FROM channels")).toEqual([
    {
      channel: "email",
      first_configured_at: ago(3),
      last_configured_at: ago(1),
      held_since: null,
    },
  ]);
  expect(await rows("SELECT id FROM notifications WHERE unanswered = 1")).toEqual([{ id: "e" }]);
});

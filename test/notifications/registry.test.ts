/// <reference types="vite/client" />
/**
 * Iterates over the registries of templates and channels: every entry is sent, found, erased, listed and described,
 * without being named anywhere else.
 */
import { forwardAll } from "../support/queue";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import page from "../../docs/notifications.md?raw";
import {
  type Channel,
  channelNames,
  channels,
  customerChannels,
} from "../../src/notifications/channels";
import { storeRendered } from "../../src/notifications/message";
import {
  isQuietable,
  messagesWhere,
  type Template,
  templateNames,
  templates,
} from "../../src/notifications/templates";
import { factId } from "../../src/projection/outbox-row";
import { insertAlerts } from "../../src/store/outbox/alerts";
import { listMessages } from "../../src/store/outbox/message-list";
import { parseRendered } from "../../src/store/outbox/rendered";
import { saveSwitch } from "../../src/store/shop/switches";
import { erase } from "../../src/upkeep/erasure";
import { exportPage } from "../../src/upkeep/export";
import { createDay } from "../../testbed/stories/index";
import { defaults } from "../support/defaults";
import { fetchWith, rows } from "../support/receiver";
import { arrive } from "./arrivals";
import { previews } from "./fixtures";
import { renderPreview } from "./previews";
import {
  clearTables,
  NOW,
  readNotification,
  seedEvent,
  seedNotification,
  seedOrder,
  seedPayment,
  seedRefund,
  seedShipment,
} from "../support/rows";

/** Used only here: files share the suppression list in memory. */
const EMAIL = "registry@zephyr.example";
const keys: Readonly<Record<string, string>> = {
  order: "ORD-REGISTRY",
  payment: "PAY-REGISTRY",
  refund: "REF-REGISTRY",
  shipment: "SHP-REGISTRY",
  event: "evt-registry",
};
const deps = { db: env.DB, archive: null, defaults, now: () => new Date(NOW) };

const entries = templateNames.flatMap((template) =>
  channelNames
    .filter((channel) => templates[template].channels[channel] !== undefined)
    .map((channel) => ({ template, channel })),
);
/** An alert may have no subject. */
const aboutOrders = entries.filter(({ template }) => templates[template].about !== "alert");

function messageOf({ template, channel }: { template: Template; channel: Channel }) {
  const found = previews.find((one) => one.template === template && one.channel === channel);
  if (found === undefined) throw new Error(`no preview of ${template} through ${channel}`);
  return renderPreview(found);
}

/** A message that was sent to the customer of ORD-REGISTRY; `about` null: written by version 0.2. */
async function seedMessage(
  entry: { template: Template; channel: Channel },
  about: string | null = templates[entry.template].about,
): Promise<string> {
  const subject = keys[templates[entry.template].about] ?? "something";
  return await seedNotification({
    id: factId(entry.template, subject, "more", entry.channel),
    template: entry.template,
    channel: entry.channel,
    about,
    order_number: null,
    event_id: "evt-registry",
    subject_id: subject,
    recipient: EMAIL,
    status: "sent",
    sent_at: NOW,
    rendered: storeRendered(messageOf(entry), NOW, null),
  });
}

async function forgetErased(): Promise<void> {
  await clearTables();
  const tables = ["order_contacts", "erasures", "erasure_orders", "erased"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

beforeEach(async () => {
  await forgetErased();
  const order_number = "ORD-REGISTRY";
  await seedOrder({ order_number, customer_email: EMAIL, customer_phone: "+919000000017" });
  await seedPayment({ payment_id: "PAY-REGISTRY", order_number });
  await seedRefund({ refund_id: "REF-REGISTRY", order_number });
  await seedShipment({ shipment_id: "SHP-REGISTRY", order_number });
  await seedEvent({ id: "evt-registry", subject_id: order_number });
  await env.DB.prepare("INSERT INTO order_contacts (contact, order_number) VALUES (?1, ?2)")
    .bind(`email:${EMAIL}`, order_number)
    .run();
});
afterAll(forgetErased);

describe.each(entries)("$template through $channel", (entry) => {
  const { template, channel } = entry;

  it("is suppressed by quiet-until, but for forwards and alerts", () => {
    const isExempt = template === "forward" || template === "alert";
    expect(isQuietable(templates[template])).toBe(!isExempt);
  });

  it("goes to those whom its channel reaches", () => {
    expect(channels[channel].audience).toBe(templates[template].audience);
  });

  it("is rendered, and read again as it was stored", () => {
    const message = messageOf(entry);
    expect(message.channel).toBe(channel);
    const stored = parseRendered(storeRendered(message, NOW, null));
    const isKept = channels[channel].stored !== null;
    expect(stored?.message).toEqual(isKept ? message : null);
    expect(channels[channel].show(message).text).not.toBe("");
  });

  it("has its line in the docs", () => {
    const line = page.split("\n").find((text) => text.startsWith(`| \`${template}\` → `));
    expect(line?.split("|")[1]).toMatch(new RegExp(`→ .*\\b${channel}\\b`));
    expect(line).toContain(templates[template].docs.when);
  });

  it("can be asked for in the console and the API", async () => {
    const vars = { ADMIN_TOKEN: "let-me-in" };
    const headers = { authorization: "Bearer let-me-in" };
    const query = `template=${template}&channel=${channel}`;
    const url = `https://receiver.test/api/admin/notifications?${query}`;
    expect((await fetchWith(vars, new Request(url, { headers }))).status).toBe(200);
    const id = await seedMessage(entry);
    await env.DB.prepare("UPDATE webhook_events SET outbox = ?1")
      .bind(JSON.stringify([id]))
      .run();
    const { messages } = await listMessages(env.DB, { template, channel }, { limit: 10 });
    expect(messages.map((message) => message.id)).toEqual([id]);
  });
});

describe.each(templateNames)("%s", (template) => {
  it("says in the docs when it is dropped, exactly if it can become untrue", () => {
    const { docs, whyUntrue, audience } = templates[template];
    // What ends a forward is its endpoint (plan.ts).
    const canBeDropped = whyUntrue !== undefined || audience === "system";
    expect(docs.dropped !== null).toBe(canBeDropped);
  });
});

describe.each(channelNames)("%s", (channel) => {
  it("is used by a template", () => {
    expect(messagesWhere(() => true).map((message) => message.channel)).toContain(channel);
  });
});

describe("an alert", () => {
  it("has one row for each channel of its template", async () => {
    await clearTables();
    const ids = await insertAlerts(env.DB, [{ kind: "test", text: "Look here." }], NOW);
    const wanted = messagesWhere(({ asked }) => asked.by === "alert");
    expect(ids.toSorted()).toEqual(
      wanted.map((one) => factId(one.template, "test", NOW.slice(0, 13), one.channel)).toSorted(),
    );
    const stored = await rows("SELECT template, channel FROM notifications");
    expect(stored).toHaveLength(wanted.length);
    expect(stored).toEqual(expect.arrayContaining([...wanted]));
  });
});

describe.each(aboutOrders)("$template through $channel, about an order", (entry) => {
  it("is found by its order, exported and erased", async () => {
    const id = await seedMessage(entry);
    const { messages } = await listMessages(env.DB, { order: "ORD-REGISTRY" }, { limit: 10 });
    expect(messages.map((message) => message.id)).toEqual([id]);
    const exported = await exportPage(deps, [`email:${EMAIL}`]);
    expect(exported?.orders.flatMap(({ notifications }) => notifications)).toMatchObject([{ id }]);
    const { stage, notifications } = await erase(deps, [`email:${EMAIL}`]);
    expect({ stage, notifications }).toEqual({ stage: "done", notifications: 1 });
    expect(await readNotification(id)).toMatchObject({ recipient: null, rendered: null });
  });

  it("is found where a Worker of version 0.2 has written it", async () => {
    const id = await seedMessage(entry, null);
    const { messages } = await listMessages(env.DB, { order: "ORD-REGISTRY" }, { limit: 10 });
    expect(messages.map((message) => message.id)).toEqual([id]);
  });
});

describe("a pending message to a customer", () => {
  it.each(aboutOrders.filter(({ channel }) => customerChannels.includes(channel)))(
    "is not sent once the person is erased: $template through $channel",
    async (entry) => {
      const id = await seedMessage(entry);
      await env.DB.prepare("UPDATE notifications SET status = 'pending'").run();
      await erase(deps, [`email:${EMAIL}`]);
      expect(await readNotification(id)).toMatchObject({ status: "suppressed", reason: "erased" });
    },
  );
});

describe("a message that is about something else of the same key", () => {
  it("is not taken for the order's", async () => {
    await seedOrder({ order_number: "PAY-REGISTRY", customer_email: "other@example.com" });
    const id = await seedMessage({ template: "payment_failed", channel: "email" });
    const ofOrder = async (order: string) =>
      (await listMessages(env.DB, { order }, { limit: 10 })).messages.map((one) => one.id);
    expect(await ofOrder("PAY-REGISTRY")).toEqual([]);
    expect(await ofOrder("ORD-REGISTRY")).toEqual([id]);
  });
});

describe("the messages of a day", () => {
  it("are written of a message that is off by default once a person has decided about it", async () => {
    const stories = createDay({ seed: 8, orders: 12, endsAtMs: Date.parse(NOW), firstNumber: 500 });
    const decided = { changed_at: NOW, changed_by: "a person" };
    await saveSwitch(env.DB, {
      template: "payment_received",
      channel: "email",
      is_on: 1,
      ...decided,
    });
    await arrive(
      stories.flatMap((story) => story.events),
      { forwardTo: [] },
    );
    const written = await rows("SELECT DISTINCT template FROM notifications");
    const names = written.map(({ template }) => template);
    expect(names).toContain("payment_received");
    expect(names).not.toContain("order_received");
  });

  it("are asked for by every template that events ask for, and found by their orders", async () => {
    const stories = createDay({ seed: 7, orders: 30, endsAtMs: Date.parse(NOW), firstNumber: 1 });
    await arrive(
      stories.flatMap((story) => story.events),
      { forwardTo: forwardAll },
    );
    const told = await rows("SELECT DISTINCT template FROM notifications");
    const names = new Set(told.map(({ template }) => template));
    // Templates that nobody has switched on have no rows.
    const asked = templateNames.filter(
      (name) => templates[name].asked.by === "event" && templates[name].isOnByDefault !== false,
    );
    expect(templateNames.filter((name) => !asked.includes(name) && names.has(name))).toEqual(
      templateNames.filter((name) => templates[name].asked.by !== "event" && names.has(name)),
    );
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
    const unnamed = await rows("SELECT id FROM notifications WHERE about IS NULL");
    expect(unnamed).toEqual([]);
    // Messages without a known order belong to no order; the same applies to forwards of events that were not
    // understood.
    const lost = await rows(
      `SELECT id FROM notifications WHERE order_number IS NOT NULL AND about <> 'alert'
       AND id NOT IN (SELECT id FROM order_messages)`,
    );
    expect(lost).toEqual([]);
  });
});

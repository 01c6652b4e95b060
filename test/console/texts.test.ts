/**
 * The texts of messages in the admin API: edits, refusals with the position, resets, and their use in sent messages.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { TEXT_VERSIONS_MAX } from "../../src/limits";
import { dispatchDue } from "../../src/notifications/dispatch";
import { calmEnv } from "../faults/drive";
import { accepts, stage } from "../notifications/providers";
import { fetchWith } from "../support/receiver";
import { clearTables, readNotification, seedNotification, seedOrder } from "../support/rows";

const vars = { ...calmEnv, ADMIN_TOKEN: "let-me-in" };
const HEADING = "/texts/en/order_confirmed.heading";
const SUBJECT = "/texts/en/order_confirmed.subject";
const EMAIL = "order_confirmed/ORD-1/email";

type Json = Record<string, unknown>;

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function listIn({ texts }: Json): readonly Json[] {
  if (!isList(texts)) throw new Error("the answer lists no texts");
  return texts;
}

async function ask(method: string, path: string, body?: unknown, status = 200): Promise<Json> {
  const headers = { authorization: "Bearer let-me-in", "content-type": "application/json" };
  const init =
    body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const request = new Request(`https://receiver.test/api/admin${path}`, init);
  const response = await fetchWith(vars, request);
  const text = await response.text();
  if (response.status !== status) throw new Error(`${path}: ${String(response.status)} ${text}`);
  const answer: Json = JSON.parse(text);
  return answer;
}

const edit = async (text: string, path = HEADING) => await ask("PUT", path, { text });

/** The stored rendering of the message: made once, the same bytes at every attempt. */
async function renderedOf(id: string): Promise<string> {
  const { rendered } = await readNotification(id);
  return String(rendered);
}

beforeEach(clearTables);

describe("the texts", () => {
  it("are listed by language, with what each is made of", async () => {
    const answer = await ask("GET", "/texts?language=hi-IN");
    const { languages, unknown_keys } = answer;
    expect(languages).toEqual([
      { code: "en", name: "English" },
      { code: "hi", name: "हिन्दी" },
    ]);
    expect(unknown_keys).toEqual([]);
    const list = listIn(answer);
    expect(list.find(({ key }) => key === "order_confirmed.subject")).toMatchObject({
      form: "line",
      max_characters: 160,
      default: "आपका ऑर्डर {order} कन्फ़र्म हो गया है",
      edited: null,
      problem: null,
      placeholders: [
        { name: "order", is_needed: true, about: "the order's number" },
        { name: "store", is_needed: false },
      ],
    });
    expect(list.some(({ key }) => String(key).startsWith("team."))).toBe(false);
    const english = listIn(await ask("GET", "/texts"));
    expect(english.some(({ key }) => key === "team.order")).toBe(true);
  });

  it("are edited, kept as versions, taken back and restored", async () => {
    expect(await edit(" You made our day \r\n")).toMatchObject({
      key: "order_confirmed.heading",
      default: "Thank you for your order",
      edited: "You made our day",
      changed_by: "admin API",
    });
    await edit("Thanks, {store} here");
    // The same text again creates no version.
    await edit("Thanks, {store} here");
    expect(await ask("DELETE", HEADING)).toMatchObject({ edited: null, language: "en" });
    const { versions } = await ask("GET", HEADING);
    expect(versions).toMatchObject([
      { version: 3, text: null },
      { version: 2, text: "Thanks, {store} here" },
      { version: 1, text: "You made our day" },
    ]);
    const restored = await ask("POST", `${HEADING}/restore`, { version: 1 });
    expect(restored).toMatchObject({ edited: "You made our day" });
    expect(restored["versions"]).toHaveLength(4);
    const texts = listIn(await ask("GET", "/texts"));
    expect(texts.filter(({ edited }) => edited !== null)).toHaveLength(1);
  });

  it("keep the last versions, and no more", async () => {
    for (let number = 1; number <= TEXT_VERSIONS_MAX + 3; number += 1) {
      await edit(`Thanks ${String(number)}`);
    }
    const { versions, edited } = await ask("GET", HEADING);
    expect(versions).toHaveLength(TEXT_VERSIONS_MAX);
    expect(edited).toBe(`Thanks ${String(TEXT_VERSIONS_MAX + 3)}`);
    await ask("POST", `${HEADING}/restore`, { version: 1 }, 404);
  });

  it("are the default where that is what is typed", async () => {
    await edit("Other");
    expect(await edit("Thank you for your order")).toMatchObject({ edited: null });
  });

  it("are refused with the place, and nothing is saved", async () => {
    const refused = await ask("PUT", SUBJECT, { text: "Your {ordr}" }, 400);
    expect(refused).toMatchObject({
      at: 5,
      detail: "There is no placeholder {ordr} in this text: did you mean {order}? (at character 6)",
    });
    await ask("PUT", SUBJECT, { text: "" }, 400);
    await ask("PUT", SUBJECT, { text: 7 }, 400);
    await ask("PUT", SUBJECT, { text: "x".repeat(5_001) }, 400);
    expect(await ask("GET", SUBJECT)).toMatchObject({ edited: null, versions: [] });
  });

  it.each([
    ["GET", "/texts?language=ta", undefined],
    ["GET", "/texts/en/nothing", undefined],
    ["GET", "/texts/en/toString", undefined],
    ["PUT", "/texts/ta/order_confirmed.heading", { text: "x" }],
    ["PUT", "/texts/hi/team.order", { text: "x" }],
    ["DELETE", "/texts/en/nothing", undefined],
    ["POST", `${HEADING}/restore`, { version: 9 }],
  ])("are not found by %s %s", async (method, path, body) => {
    expect(await ask(method, path, body, 404)).toMatchObject({ status: 404 });
  });

  it("that a release has changed or dropped are shown with what is wrong", async () => {
    const insert = env.DB.prepare(
      "INSERT INTO message_texts VALUES ('en', ?1, 1, ?2, '2026-11-24T10:00:00.000Z', 'Asha')",
    );
    await env.DB.batch([
      insert.bind("order_confirmed.subject", "Order {number}"),
      insert.bind("order_confirmed.gone", "Bye"),
    ]);
    const answer = await ask("GET", "/texts");
    const { unknown_keys } = answer;
    const texts = listIn(answer);
    expect(unknown_keys).toEqual(["order_confirmed.gone"]);
    expect(texts.find(({ key }) => key === "order_confirmed.subject")).toMatchObject({
      edited: "Order {number}",
      problem: expect.stringContaining("There is no placeholder {number}"),
      changed_by: "Asha",
    });
    await seedOrder();
    await seedNotification({ id: EMAIL });
    await dispatchDue(stage().deps);
    expect(await renderedOf(EMAIL)).toContain("Your order ORD-1 is confirmed");
  });
});

describe("a message", () => {
  it("is rendered with the text as it was edited, in the language of its order", async () => {
    await edit("You made our day");
    await ask("PUT", "/texts/hi/order_confirmed.heading", { text: "बहुत-बहुत धन्यवाद" });
    await seedOrder();
    await seedOrder({ order_number: "ORD-2", metadata: '{"language":"hi-IN"}' });
    await seedNotification({ id: EMAIL });
    const hindi = "order_confirmed/ORD-2/email";
    await seedNotification({ id: hindi, order_number: "ORD-2", subject_id: "ORD-2" });
    await dispatchDue(stage().deps);
    expect(await renderedOf(EMAIL)).toContain("You made our day");
    expect(await renderedOf(hindi)).toContain("बहुत-बहुत धन्यवाद");
    expect(await readNotification(hindi)).toMatchObject({ status: "sent" });
  });

  it("keeps the words that it was rendered with, at each retry", async () => {
    await edit("You made our day");
    await seedOrder();
    await seedNotification({ id: EMAIL });
    let asked = 0;
    const { deps, advance } = stage((one) => {
      asked += 1;
      return asked === 1 ? new Response("", { status: 500 }) : accepts(one);
    });
    await dispatchDue(deps);
    const first = await renderedOf(EMAIL);
    await edit("Something else");
    advance(60_000);
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
    expect(await renderedOf(EMAIL)).toBe(first);
    expect(first).toContain("You made our day");
  });
});

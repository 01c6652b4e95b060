/**
 * Previews and test messages for the console: rendered as the dispatch renders them, from the example or from a stored
 * order. A test uses the real channel, and writes no row of the outbox.
 */
import { ERASED } from "../../events/erased-body";
import { isAllowed } from "../../events/field-formats/allowlist";
import { PROVIDER_TIMEOUT_MS } from "../../limits";
import { listOrdersOf } from "../../store/privacy/person";
import { loadSuppressionList } from "../../store/privacy/suppression-list";
import { type Channel, channels, type Channels, type Message } from "../channels";
import type { Outcome, Shown } from "../channels/channel";
import { type SmsSegments, smsSegments } from "../channels/sms/alphabets";
import { parseContext } from "../context";
import { customerAddress } from "../relevance";
import { renderMessage } from "../render";
import type { Shop } from "../shop";
import { settingOf, WHATSAPP_CONTENT } from "../shop/settings";
import { findTemplate, messagesWhere, type Template, templates } from "../templates";
import type { Facts } from "../templates/facts";
import type { LanguageCode } from "../texts";
import { createTexts, type TextEdits } from "../texts/say";
import { exampleOf } from "../templates/example";
import { registeredTexts } from "./registered";

interface SampleWish {
  readonly template: Template;
  /** Which of its texts, if it has several. */
  readonly text: string | null;
  readonly language: LanguageCode;
  /** Null: the example. */
  readonly facts: Facts | null;
  readonly shop: Shop;
  readonly edits: TextEdits;
}

export interface Sample {
  readonly channel: Channel;
  readonly shown: Shown;
  /** For an SMS: its size, and the texts to register, one for each variant. */
  readonly sms: { readonly size: SmsSegments; readonly registered: readonly string[] } | null;
}

interface PreviewWish extends Pick<SampleWish, "shop" | "edits"> {
  readonly row: Parameters<typeof renderMessage>[0] & { readonly recipient: string | null };
  readonly context: string | null;
  readonly facts: Facts;
}

interface TestWish extends Omit<SampleWish, "facts"> {
  readonly channel: Channel;
  /** As a person has typed it. */
  readonly recipient: string;
  /** The person confirms that it is their own, although a customer has ordered with it. */
  readonly isOwn: boolean;
}

/** `customer`: a customer has ordered with it, and the person has not confirmed that it is their own. */
type TestAnswer =
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "customer" }
  | { readonly kind: "tried"; readonly outcome: Outcome };

export interface SamplesDeps {
  readonly db: D1Database;
  readonly channels: Channels;
  readonly audience: {
    readonly environment: string;
    readonly allowlist: readonly string[] | null;
  };
}

/** Variables can be shown while the id of their content template is not set. */
const NO_CONTENT = "not set";

/** Without the facts that the template does not read, as when it is sent. */
function factsOf({ template, language, facts }: SampleWish): Facts {
  const all = facts ?? exampleOf(template);
  const { reads } = templates[template];
  return {
    ...all,
    order: all.order === null ? null : { ...all.order, metadata: JSON.stringify({ language }) },
    payment: reads.includes("payment") ? all.payment : null,
    refund: reads.includes("refund") ? all.refund : null,
    shipment: reads.includes("shipment") ? all.shipment : null,
  };
}

/** A link to unsubscribe that belongs to no recipient; it gets the same answer as any other. */
function unsubscribeUrlOf({
  template,
  shop,
}: Pick<SampleWish, "template" | "shop">): string | null {
  const { isMarketing = false } = templates[template];
  return isMarketing && shop.publicUrl !== null ? `${shop.publicUrl}/unsubscribe/test` : null;
}

function render(wish: SampleWish, channel: Channel, recipient: string, facts: Facts): Message {
  const { template, text, shop, edits } = wish;
  const example = templates[template].context?.example ?? { kind: "none" };
  const context = text === null ? example : { ...example, status: text };
  const row = { template, channel, subject_id: null, event_id: null };
  const making = { shop, edits, unsubscribeUrl: unsubscribeUrlOf(wish) };
  return renderMessage(row, context, facts, recipient, making);
}

function smsOf(wish: SampleWish, text: string): Sample["sms"] {
  const say = (facts: Facts): string => {
    const message = render(wish, "sms", "", facts);
    return channels.sms.show(message).text;
  };
  const texts = createTexts(wish.language, wish.edits);
  const example = factsOf({ ...wish, facts: null });
  return { size: smsSegments(text), registered: registeredTexts(example, texts, say) };
}

/**
 * A message of the outbox as it would be sent now, even if it would be dropped; null if the data that it is made from
 * is missing.
 */
function preview({ row, context, facts, shop, edits }: PreviewWish): Message | null {
  const definition = findTemplate(row.template);
  const to = row.recipient ?? customerAddress(row.channel, facts) ?? "";
  const isKnown = definition?.audience !== "customer" || facts.order !== null;
  if (!isKnown || to === ERASED || channels[row.channel].stored === null) return null;
  const unsubscribeUrl = unsubscribeUrlOf({ template: row.template, shop });
  try {
    return renderMessage(row, parseContext(context), facts, to, { shop, edits, unsubscribeUrl });
  } catch {
    return null;
  }
}

/** Sets the id of a content template if there is none, since only its variables are shown. */
function withContent(wish: SampleWish): SampleWish {
  const { template, text, language, shop } = wish;
  const name = settingOf(WHATSAPP_CONTENT, template, ...(text === null ? [] : [text]), language);
  return { ...wish, shop: { ...shop, ofTexts: { [name]: NO_CONTENT, ...shop.ofTexts } } };
}

function show(wish: SampleWish): readonly Sample[] {
  const own = messagesWhere((template) => template === templates[wish.template]);
  const facts = factsOf(wish);
  return own.map(({ channel }) => {
    const shown = channels[channel].show(render(withContent(wish), channel, "", facts));
    return { channel, shown, sms: channel === "sms" ? smsOf(wish, shown.text) : null };
  });
}

/** Why nothing may be sent there; null if it may. */
async function whyNot(
  { db, audience }: SamplesDeps,
  channel: Channel,
  recipient: string,
  isOwn: boolean,
): Promise<TestAnswer | null> {
  const { allowlist, environment } = audience;
  if (allowlist !== null && !isAllowed(recipient, allowlist)) {
    return { kind: "refused", reason: `it is not on the allowlist of ${environment}` };
  }
  const identifiers = channels[channel].recipient?.identify(recipient) ?? [];
  if (await (await loadSuppressionList(db)).hasAny(identifiers)) {
    return { kind: "refused", reason: "this person was erased" };
  }
  const orders = isOwn ? [] : await listOrdersOf(db, identifiers, "", 1);
  return orders.length === 0 ? null : { kind: "customer" };
}

/** Marks an e-mail as a test. An SMS is not marked: operators deliver only the words that are registered. */
function marked(message: Message): Message {
  return message.channel === "email"
    ? { ...message, subject: `[test] ${message.subject}` }
    : message;
}

/** Always made from the example, so that nothing about a customer goes out. */
async function sendTest(deps: SamplesDeps, wish: TestWish): Promise<TestAnswer> {
  const { channel } = wish;
  const connection = deps.channels[channel];
  const { recipient: rule, label } = channels[channel];
  if (rule === null || connection === null) {
    return { kind: "refused", reason: `${label} is not set up` };
  }
  const recipient = rule.parse(wish.recipient);
  if (recipient === null) {
    const expected = channel === "email" ? "an e-mail address" : "a number such as +919876543210";
    return { kind: "refused", reason: `expected ${expected}` };
  }
  const stop = await whyNot(deps, channel, recipient, wish.isOwn);
  if (stop !== null) return stop;
  const sample = { ...wish, facts: null };
  const message = marked(render(sample, channel, recipient, factsOf(sample)));
  const key = `test_${crypto.randomUUID()}`;
  const outcome = await connection.send(message, key, AbortSignal.timeout(PROVIDER_TIMEOUT_MS));
  return { kind: "tried", outcome };
}

export interface Samples {
  /** One for each channel of the template. Throws if the facts lack what it needs. */
  readonly show: (wish: SampleWish) => readonly Sample[];
  readonly sendTest: (wish: TestWish) => Promise<TestAnswer>;
  readonly preview: (wish: PreviewWish) => Message | null;
}

export function createSamples(deps: SamplesDeps): Samples {
  return { show, sendTest: (wish) => sendTest(deps, wish), preview };
}

/**
 * The registry of templates: one line for each. All other code reads here which templates exist: the outbox, relevance,
 * rendering, the store, the console, erasure, the pages of docs, the previews.
 */
import type { OutboxContext } from "../../projection/outbox-row";
import type { OutboxRule } from "../../projection/outbox-rows";
import { type Channel, channelNames, channels } from "../channels";
import { orderCancelled } from "./order/order-cancelled";
import { orderCompleted } from "./order/order-completed";
import { orderConfirmed } from "./order/order-confirmed";
import { orderReceived } from "./order/order-received";
import { refundDue } from "./order/refund-due";
import { reviewRequest } from "./order/review-request";
import { paymentFailed } from "./payment/payment-failed";
import { paymentReceived } from "./payment/payment-received";
import { refundFailed } from "./refund/refund-failed";
import { refundStarted } from "./refund/refund-started";
import { refundSucceeded } from "./refund/refund-succeeded";
import { shipmentCancelled } from "./shipment/shipment-cancelled";
import { shipmentDelivered } from "./shipment/shipment-delivered";
import { shipmentUpdate } from "./shipment/shipment-update";
import { trackingChanged } from "./shipment/tracking-changed";
import { alert } from "./system/alert";
import { forward } from "./system/forward";
import type { Known, LayoutInput, State, TemplateDefinition } from "./template";

const registry = {
  order_received: orderReceived,
  order_confirmed: orderConfirmed,
  order_completed: orderCompleted,
  order_cancelled: orderCancelled,
  refund_due: refundDue,
  payment_received: paymentReceived,
  payment_failed: paymentFailed,
  refund_started: refundStarted,
  refund_succeeded: refundSucceeded,
  refund_failed: refundFailed,
  shipment_update: shipmentUpdate,
  tracking_changed: trackingChanged,
  shipment_delivered: shipmentDelivered,
  review_request: reviewRequest,
  shipment_cancelled: shipmentCancelled,
  forward,
  alert,
} satisfies Record<string, TemplateDefinition>;

/** The name in rows of `notifications`. */
export type Template = keyof typeof registry;

export const templates: Readonly<Record<Template, TemplateDefinition>> = registry;

const isTemplate = (name: string): name is Template => Object.hasOwn(registry, name);
export const templateNames: readonly Template[] = Object.keys(registry).filter(isTemplate);

/** Null for a name that only another version knows. */
export function findTemplate(name: string): TemplateDefinition | null {
  return isTemplate(name) ? templates[name] : null;
}

/** The names of the templates for which `holds` is true; the store builds its statements from them. */
export function templatesWhere(
  holds: (template: TemplateDefinition) => boolean,
): readonly Template[] {
  return templateNames.filter((name) => holds(templates[name]));
}

/**
 * Whether `quiet-until` suppresses it: messages to customers and to the team. Forwards are sent again, since their
 * endpoints recognize a repeat by its id. An alert is about the receiver itself.
 */
export function isQuietable({ audience, asked }: TemplateDefinition): boolean {
  return audience !== "system" && asked.by !== "alert";
}

/** A person may switch off messages to customers and to the team. For forwards, each endpoint has its own filter. */
export function isSwitchable(template: TemplateDefinition): boolean {
  return isQuietable(template);
}

/** Whether a message is sent. `switches`: the switches that people have set (store/shop/switches.ts). */
export function isSwitchedOn(
  template: string,
  channel: string,
  switches: readonly {
    readonly template: string;
    readonly channel: string;
    readonly is_on: number;
  }[],
): boolean {
  const definition = findTemplate(template);
  if (definition === null || !isSwitchable(definition)) return true;
  const found = switches.find((one) => one.template === template && one.channel === channel);
  return found === undefined ? definition.isOnByDefault !== false : found.is_on === 1;
}

/** In the order of the channel registry. */
function channelsOf({ channels: own }: TemplateDefinition): readonly Channel[] {
  return channelNames.filter((name) => {
    const { beside } = channels[name];
    return own[name] !== undefined || (beside !== undefined && own[beside.channel] !== undefined);
  });
}

/** The name of a text: the template, and if it has several texts, which one: `shipment_update.shipped`. */
function textOf(name: string, { texts }: TemplateDefinition, known: Known): string {
  const text = texts?.of(known) ?? null;
  return text === null ? name : `${name}.${text}`;
}

/** The content for a channel; null if the template has no message for it. */
export function layOut(
  name: string,
  channel: Channel,
  input: LayoutInput,
): { readonly content: unknown } | null {
  const template = findTemplate(name);
  if (template === null || !channelsOf(template).includes(channel)) return null;
  const own = template.channels[channel];
  if (own !== undefined) return { content: own(input) };
  return { content: channels[channel].beside?.layOut(input, textOf(name, template, input)) };
}

/** The messages of the templates for which `holds` is true: one for each channel of each template. */
export function messagesWhere(
  holds: (template: TemplateDefinition) => boolean,
): readonly { readonly template: Template; readonly channel: Channel }[] {
  return templatesWhere(holds).flatMap((template) =>
    channelsOf(templates[template]).map((channel) => ({ template, channel })),
  );
}

/** `payment_failed`, `shipment_update.shipped`: each text that an SMS can have. */
export const smsTexts: readonly string[] = messagesWhere(
  ({ channels }) => channels.sms !== undefined,
)
  .filter(({ channel }) => channel === "sms")
  .flatMap(({ template }) => {
    const names = templates[template].texts?.names ?? [];
    return names.length === 0 ? [template] : names.map((name) => `${template}.${name}`);
  });

/** The messages that follow from a state. */
export const messagesOf = (state: State) =>
  messagesWhere(({ asked }) => asked.by === "state" && asked.state === state);

function ruleOf(template: Template): readonly OutboxRule[] {
  const { asked, about } = templates[template];
  if (asked.by !== "event") return [];
  const { types, factOf = () => ({}) } = asked;
  const wanted: ReadonlySet<string> | null = types === "every" ? null : new Set(types);
  return [
    {
      template,
      channels: channelsOf(templates[template]),
      about,
      factOf: (event, options) =>
        wanted === null || wanted.has(event.row.type) ? factOf(event, options) : null,
    },
  ];
}

/** Which messages events ask for. The projection gets these rules. */
export const outboxRules: readonly OutboxRule[] = templateNames.flatMap(ruleOf);

/** The context in the type of its template; null if there is none or it cannot be read. */
export function readContext({ context }: TemplateDefinition, stored: OutboxContext): unknown {
  const read = context?.shape.safeParse(stored);
  return read?.success === true ? read.data : null;
}

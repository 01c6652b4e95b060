/** What each SMS says. The words are in words.ts, the fitting in sms.ts. */
import type { OutboxContext } from "../../projection/templates";
import type { Facts } from "../../store/outbox-facts";
import type { Shop } from "../shop";
import { money } from "./money";
import { currencyOf } from "./parts";
import { lineOrNull, lookUp, oneLine } from "./safe-text";
import { fitSms, gsmText, smsName } from "./sms";
import { trackingLink } from "./tracking";
import * as words from "./words";

function paymentFailed(facts: Facts, shop: Shop, order: string): string {
  const micros = facts.payment?.amount_micros ?? null;
  const amount = micros === null ? null : money(micros, currencyOf(facts.order, shop), "code");
  const { sms } = words.paymentFailed;
  const store = smsName(shop.name);
  return fitSms([
    (short) => sms(store && short(store), short(order), amount),
    (short) => sms(store && short(store), short(order), null),
  ]);
}

function shipmentUpdate(context: OutboxContext, facts: Facts, shop: Shop, order: string): string {
  const status = context.kind === "shipment_status" ? context.status : "";
  const said = lookUp(words.shipmentUpdate, status);
  if (said === undefined || facts.shipment === null) throw new Error("no words for this status");
  const courier = smsName(lineOrNull(facts.shipment.courier, 40) ?? "");
  const store = smsName(shop.name);
  const link = trackingLink(facts.shipment, shop.trackingUrls);
  // A link with characters that an SMS would change leads nowhere.
  const isSendable = link !== null && said.followed && gsmText(link) === link;
  const track = isSendable ? words.smsTrack(link) : "";
  const start = (short: (name: string) => string): string =>
    `${words.smsStart(store && short(store), short(order))} ${said.sms}`;
  const tellsCourier = courier !== null && /^(shipped|in_transit|out_for_delivery)$/.test(status);
  return fitSms([
    ...(tellsCourier
      ? [
          (short: (name: string) => string) =>
            `${start(short)}${words.smsCourier(short(courier))}.${track}`,
        ]
      : []),
    (short) => `${start(short)}.${track}`,
    (short) => `${start(short)}.`,
  ]);
}

/** Null where the template is not one that customers get by SMS. */
export function smsText(
  template: string,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): string | null {
  const order = oneLine(facts.order?.order_number ?? facts.orderNumber ?? "", 60);
  switch (template) {
    case "payment_failed":
      return paymentFailed(facts, shop, order);
    case "shipment_update":
      return shipmentUpdate(context, facts, shop, order);
    default:
      return null;
  }
}

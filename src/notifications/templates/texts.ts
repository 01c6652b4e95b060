/** What each SMS says. The words are in words.ts, the fitting in sms.ts. */
import type { OutboxContext } from "../../projection/templates";
import type { Facts } from "../../store/outbox-facts";
import type { Shop } from "../shop";
import { money } from "./money";
import { shareOf } from "./parcel";
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

type Shorten = (name: string) => string;
const whole: Shorten = (name) => name;

/** The beginning of an SMS about a parcel, and its link where one can be written. */
function parcelParts({ order, shipment, contents }: Facts, shop: Shop, number: string) {
  if (shipment === null) throw new Error("a message about a parcel needs one");
  const isPart = order !== null && shareOf(order, shipment, contents).isPart;
  const store = smsName(shop.name);
  const link = trackingLink(shipment, shop.trackingUrls);
  return {
    start: (short: Shorten) => words.smsStart(store && short(store), short(number), isPart),
    courier: smsName(lineOrNull(shipment.courier, 40) ?? ""),
    // A link with characters that an SMS would change leads nowhere.
    track: link !== null && gsmText(link) === link ? words.smsTrack(link) : "",
    awb: lineOrNull(shipment.awb_no, 60),
  };
}

function shipmentUpdate(context: OutboxContext, facts: Facts, shop: Shop, order: string): string {
  const status = context.kind === "shipment_status" ? context.status : "";
  const said = lookUp(words.shipmentUpdate, status);
  if (said === undefined) throw new Error("no words for this status");
  const { start, courier, track: link } = parcelParts(facts, shop, order);
  const track = said.followed ? link : "";
  const begin = (short: Shorten): string => `${start(short)} ${said.sms}`;
  const tellsCourier = courier !== null && /^(shipped|in_transit|out_for_delivery)$/.test(status);
  return fitSms([
    ...(tellsCourier
      ? [(short: Shorten) => `${begin(short)}${words.smsCourier(short(courier))}.${track}`]
      : []),
    (short) => `${begin(short)}.${track}`,
    (short) => `${begin(short)}.`,
  ]);
}

/** The number and the courier where nothing is cut for them: the page of the link shows both. */
function trackingChanged(facts: Facts, shop: Shop, order: string): string {
  const { start, courier, track, awb } = parcelParts(facts, shop, order);
  const { sms } = words.trackingChanged;
  // A number with characters that an SMS would change is another number.
  const number = awb !== null && gsmText(awb) === awb ? awb : null;
  const by = courier === null ? "" : words.smsCourier(courier);
  const said = [sms(number) + by, sms(number), sms(null) + by, sms(null)];
  return fitSms([
    ...said.map((text) => () => `${start(whole)} ${text}.${track}`),
    ...(track === "" ? [] : [(short: Shorten) => `${start(short)} ${sms(null)}.${track}`]),
    (short) => `${start(short)} ${sms(number)}.`,
    (short) => `${start(short)} ${sms(null)}.`,
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
    case "tracking_changed":
      return trackingChanged(facts, shop, order);
    default:
      return null;
  }
}

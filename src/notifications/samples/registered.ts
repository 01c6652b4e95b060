/**
 * The words of an SMS as they are registered on a DLT portal: what differs from order to order is `{#var#}`, the
 * shop's name stands as it is. Pure.
 */
import { money } from "../../money";
import type { Facts } from "../templates/facts";
import type { Texts } from "../texts/say";

const VARIABLE = "{#var#}";

/** What of the facts may be unknown, with which an SMS is said in other words. */
function variantsOf(facts: Facts): readonly Facts[] {
  const { shipment, payment } = facts;
  if (shipment !== null) {
    const untracked = { ...shipment, awb_no: null, tracking_url: null };
    return [
      shipment,
      { ...shipment, courier: null },
      untracked,
      { ...untracked, courier: null },
    ].map((one) => ({ ...facts, shipment: one }));
  }
  return payment === null
    ? [facts]
    : [facts, { ...facts, payment: { ...payment, amount_micros: null } }];
}

/** `say`: the SMS that is made of those facts. One text for each way in which it can be said. */
export function registeredTexts(
  facts: Facts,
  { sms }: Texts,
  say: (facts: Facts) => string,
): readonly string[] {
  const { order, payment, shipment } = facts;
  const micros = payment?.amount_micros ?? null;
  const values = [
    shipment?.tracking_url,
    shipment?.awb_no,
    shipment?.courier,
    micros === null ? null : money(micros, order?.currency ?? "", sms.money),
    order?.order_number,
  ].filter((value) => value !== null && value !== undefined);
  const texts = variantsOf(facts).map((one) =>
    values.reduce((text, value) => text.replaceAll(value, VARIABLE), say(one)),
  );
  return [...new Set(texts)];
}

/**
 * The words of an SMS as they are registered on a DLT portal: values that differ between orders are `{#var#}`, the
 * shop's name stays. Pure.
 */
import { money } from "../../money";
import type { Facts } from "../templates/facts";
import type { Texts } from "../texts/say";

const VARIABLE = "{#var#}";

/** The facts with and without the values that may be unknown: an SMS has other words for each. */
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

/** One text for each variant of the SMS. `say`: makes the SMS from the facts. */
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

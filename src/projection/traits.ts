/**
 * By what an event is known to be about a person: the e-mail addresses and phone numbers that it names,
 * its order, and the payment, refund or shipment that it is about. Pure.
 */
import { aboutOf } from "../events/identity";
import { recognize } from "../events/recognition";
import { isObject, parseBody, textOf } from "../events/values";
import { contactOf } from "./contacts";
import { phoneNumber } from "./customer";

/** `order:ORD-1`, `payment:PAY-1`: a row of a state table, as a trait. */
export function rowTrait(subject: string, key: string): string {
  return `${subject}:${key}`;
}

/** The contacts in a value, however deep. */
function contactsIn(value: unknown): readonly string[] {
  const texts: (string | null)[] = [];
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (isObject(one)) {
      const text = (name: string): string | null => textOf(one[name]);
      texts.push(text("email"), text("customer_email"), text("customer_phone"));
      texts.push(phoneNumber(text("country_code"), text("phone")));
    }
    if (typeof one !== "object" || one === null) continue;
    for (const inner of Object.values(one)) if (typeof inner === "object") left.push(inner);
  }
  return texts.flatMap((text) => contactOf(text ?? "") ?? []);
}

/** `email:asha@mail.example`, `phone:919876543210`, `order:ORD-1`, `payment:PAY-1`; each once. */
export function traitsOf(payload: string): readonly string[] {
  const body = recognize(payload, null);
  const { subject, subjectId, orderNumber } = aboutOf(body);
  const traits = contactsIn(body.form === "unknown" ? parseBody(payload) : body.data);
  return [
    ...new Set([
      ...traits,
      ...(orderNumber === null ? [] : [rowTrait("order", orderNumber)]),
      ...(subject === null || subjectId === null ? [] : [rowTrait(subject, subjectId)]),
    ]),
  ];
}

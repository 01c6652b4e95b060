/** How a customer can be looked up: e-mail addresses and phone numbers, in one spelling each. Pure. */
import type { OrderDetail } from "../events/models";
import { phoneNumber } from "./customer";

/** One e-mail address or phone number that an order event names for its order. */
export interface ContactClaim {
  /** `email:asha@mail.example`, `phone:919876543210`. */
  readonly contact: string;
  readonly orderNumber: string;
}

/** The lookup form of what a person typed or an event says; null where it is neither. */
export function contactOf(text: string): string | null {
  const trimmed = text.trim();
  if (/^[^\s@]+@[^\s@]+$/.test(trimmed)) return `email:${trimmed.toLowerCase()}`;
  const digits = trimmed.replaceAll(/\D/g, "");
  return digits.length >= 6 && /^[+\d\s().-]+$/.test(trimmed) ? `phone:${digits}` : null;
}

/** Every contact of an order event: of either address, and the one beside them. */
export function contactsOf(data: OrderDetail): readonly string[] {
  const {
    billing_address: billing,
    shipping_address: shipping,
    customer_email,
    customer_phone,
  } = data;
  const phones = [billing, shipping].map((address) =>
    phoneNumber(address?.country_code ?? null, address?.phone ?? null),
  );
  const texts = [billing?.email, shipping?.email, customer_email, ...phones, customer_phone];
  return [...new Set(texts.flatMap((text) => contactOf(text ?? "") ?? []))];
}

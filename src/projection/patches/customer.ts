/** The customer of an order: name, e-mail and phone, chosen field by field within one event. */
import { ERASED } from "../../events/erased-body";
import type { Address, OrderDetail } from "../../events/models";
import { parseE164, parsePhone } from "../../events/field-formats/phone";
import { firstOf } from "../../events/values";
import type { Values } from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** A telephone number as it was sent. */
export interface StatedPhone {
  /** The code that was sent with it: `+91`, `IN`. */
  readonly countryCode: string | null;
  readonly phone: string;
  /** E.164; null if the number is not certain. */
  readonly number: string | null;
}

export function readPhone(
  countryCode: string | null,
  phone: string,
  { country }: StoreDefaults,
): StatedPhone {
  return { countryCode, phone, number: parsePhone(countryCode, phone, country) };
}

/** The numbers of the billing address, of the shipping address, and outside them; without duplicates. */
export function readPhones(data: OrderDetail, defaults: StoreDefaults): readonly StatedPhone[] {
  const { billing_address: billing, shipping_address: shipping } = data;
  const told = [
    [billing?.country_code ?? null, billing?.phone ?? null],
    [shipping?.country_code ?? null, shipping?.phone ?? null],
    [null, data.customer_phone],
  ] as const;
  const distinct = new Map(told.map((one) => [`${one[0] ?? ""} ${one[1] ?? ""}`, one]));
  return [...distinct.values()].flatMap(([countryCode, phone]) =>
    phone === null ? [] : [readPhone(countryCode, phone, defaults)],
  );
}

/**
 * E.164, otherwise as it was sent: an unusual number is kept as data, and whether it can be used is checked when a
 * message is sent. If it looks like a number of another country than the code sent with it, it keeps the code before
 * it, so that no other person is called.
 */
function phoneValue({ countryCode, phone, number }: StatedPhone): string {
  if (number !== null) return number;
  return parseE164(phone) === null ? phone : `${countryCode ?? ""} ${phone}`;
}

export function nameOf(
  address: Pick<NonNullable<Address>, "first_name" | "last_name"> | null | undefined,
): string | null {
  const parts = [address?.first_name, address?.last_name].filter(
    (part) => part !== null && part !== undefined,
  );
  // An erased name is one word, as in rows whose event is gone.
  if (parts.includes(ERASED)) return ERASED;
  return parts.length > 0 ? parts.join(" ") : null;
}

/**
 * Values of the register `customer`, field by field: from the billing address, otherwise from the shipping address,
 * otherwise from the fields outside them.
 */
export function customerValues(
  data: OrderDetail,
  [phone]: readonly StatedPhone[],
): Values<"orders", "customer"> {
  const { billing_address: billing, shipping_address: shipping } = data;
  return {
    customer_name: firstOf(nameOf(billing), nameOf(shipping)),
    customer_email: firstOf(billing?.email, shipping?.email, data.customer_email),
    customer_phone: phone === undefined ? null : phoneValue(phone),
  };
}

/** One address as JSON, with its name and without its contacts; null if the event has none. */
export function addressValue(address: Address): string | null {
  if (address === null || address === undefined) return null;
  const {
    first_name: _first,
    last_name: _last,
    email: _email,
    phone: _phone,
    country_code: _code,
    ...place
  } = address;
  const fields = Object.entries({ name: nameOf(address), ...place });
  const filled = fields.filter(([, value]) => value !== null);
  return filled.length > 0 ? JSON.stringify(Object.fromEntries(filled)) : null;
}

/** Whom an order is for: name, e-mail and phone, chosen field by field within one event. */
import { ERASED } from "../../events/erased-body";
import type { Address, OrderDetail } from "../../events/models";
import { parseE164, parsePhone } from "../../events/formats/phone";
import { firstOf } from "../../events/values";
import type { Values } from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** A telephone number as it was told. */
export interface StatedPhone {
  /** What stands beside it: `+91`, `IN`. */
  readonly countryCode: string | null;
  readonly phone: string;
  /** E.164; null where it cannot be made so with certainty. */
  readonly number: string | null;
}

export function readPhone(
  countryCode: string | null,
  phone: string,
  { country }: StoreDefaults,
): StatedPhone {
  return { countryCode, phone, number: parsePhone(countryCode, phone, country) };
}

/** Of the billing address, of the shipping address, and beside them; one that stands twice once. */
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
 * E.164, else as it was told: an odd number is data, and whether it can be called is asked when something
 * is sent. One that would pass for a number of another country than the one beside it keeps that, so that
 * nobody is called by it.
 */
function phoneValue({ countryCode, phone, number }: StatedPhone): string {
  if (number !== null) return number;
  return parseE164(phone) === null ? phone : `${countryCode ?? ""} ${phone}`;
}

function nameOf(address: Address): string | null {
  const parts = [address?.first_name, address?.last_name].filter(
    (part) => part !== null && part !== undefined,
  );
  // What is erased is one word, as it stands in rows whose event is gone.
  if (parts.includes(ERASED)) return ERASED;
  return parts.length > 0 ? parts.join(" ") : null;
}

/**
 * Values of the register `customer`, field by field: billing address, else shipping address, else what
 * stands beside them.
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

/** One address as JSON, with its name and without its contacts; null where the event does not say. */
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

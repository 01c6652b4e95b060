/** Whom an order is for: name, e-mail and phone, chosen field by field within one event. */
import { ERASED } from "../events/erased-body";
import type { Address, OrderDetail, Person } from "../events/models";
import { firstOf } from "../events/values";

/**
 * E.164 from a country code and a number where the two make one, else the number as it stands: an
 * odd number is data, and whether it can be called is asked when something is sent.
 */
export function phoneNumber(countryCode: string | null, phone: string | null): string | null {
  if (phone === null) return null;
  const digits = phone.replace(/[\s().-]/g, "");
  if (/^\+[1-9]\d{6,14}$/.test(digits)) return digits;
  const country = countryCode?.replace(/\D/g, "") ?? "";
  // A leading 0 is dialled within a country only, except in Italy, where it is part of the number;
  // some shops write the country code into the number once more.
  const plain = country === "39" ? digits : digits.replace(/^0+/, "");
  const repeated = plain.startsWith(country) && plain.length + country.length > 13;
  const national = repeated ? plain.slice(country.length) : plain;
  const joined = `+${country}${national}`;
  return country !== "" && /^\d+$/.test(national) && /^\+[1-9]\d{6,14}$/.test(joined)
    ? joined
    : phone;
}

function nameOf(address: Person): string | null {
  const parts = [address?.first_name, address?.last_name].filter(
    (part) => part !== null && part !== undefined,
  );
  // What is erased is one word, as it stands in rows whose event is gone.
  if (parts.includes(ERASED)) return ERASED;
  return parts.length > 0 ? parts.join(" ") : null;
}

function phoneOf(address: Person): string | null {
  return phoneNumber(address?.country_code ?? null, address?.phone ?? null);
}

/**
 * Values of the register `customer`, field by field: billing address, else shipping address, else what
 * stands beside them.
 */
export function customerValues(data: OrderDetail): readonly (string | null)[] {
  const { billing_address: billing, shipping_address: shipping } = data;
  return [
    firstOf(nameOf(billing), nameOf(shipping)),
    firstOf(billing?.email, shipping?.email, data.customer_email),
    firstOf(phoneOf(billing), phoneOf(shipping), phoneNumber(null, data.customer_phone)),
  ];
}

/** The register `address`: where the parcel goes, as JSON; null where the event does not say. */
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

/** Couriers, payment methods and remarks: small choices that make stories differ. */
import type { PaymentMethod } from "../lifecycle/facts.ts";
import type { Random } from "../random.ts";

const couriers = ["Delhivery", "Blue Dart", "Ecom Express", "XpressBees", "India Post"];

const methods: readonly { weight: number; method: (random: Random) => PaymentMethod }[] = [
  {
    weight: 55,
    method: (random) => ({ payment_method: "UPI", upi_id: `customer${random.digits(4)}@upi` }),
  },
  {
    weight: 25,
    method: (random) => ({
      payment_method: "Card",
      card_number: `************${random.digits(4)}`,
      card_type: random.pick(["Visa", "Master Card", "Rupay"] as const),
    }),
  },
  {
    weight: 12,
    method: (random) => ({
      payment_method: "Netbanking",
      bank_name: random.pick(["HDFC Bank", "State Bank of India", "ICICI Bank", "Axis Bank"]),
    }),
  },
  {
    weight: 8,
    method: (random) => ({
      payment_method: "Wallet",
      wallet_name: random.pick(["Paytm", "PhonePe", "Mobikwik"]),
    }),
  },
];

export const refundRemarks = [
  "Customer changed their mind",
  "Out of stock after payment",
  "Ordered twice by mistake",
  "Damaged in transit",
];

export const cancellationReasons = [
  "Pincode not serviceable",
  "Item failed the quality check",
  "Courier did not collect the parcel",
];

export function chooseMethod(random: Random): PaymentMethod {
  return random.weighted(methods).method(random);
}

export function chooseCourier(random: Random): { courier: string; awb: string } {
  return { courier: random.pick(couriers), awb: random.digits(12) };
}

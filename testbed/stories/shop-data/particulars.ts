/**
 * Other data of an order: the customer's details, a note, a coupon, metadata. They are drawn from random streams
 * of their own, so that they do not change the rest of a story.
 */
import { createRandom, streamOf } from "../random.ts";

export interface Coupon {
  readonly code: string;
  /** The discount, in paise; less than the price of any product. */
  readonly paise: number;
}

export interface Particulars {
  readonly note: string | null;
  readonly coupon: Coupon | null;
  readonly metadata: Readonly<Record<string, string>> | null;
}

const notes = [
  "Please ring twice, the bell is quiet",
  "Leave it with the guard at the gate",
  "It is a gift: no invoice in the parcel, please",
  "Call before you come",
];
const coupons: readonly Coupon[] = [
  { code: "DIWALI100", paise: 100_00 },
  { code: "WELCOME50", paise: 50_00 },
];
const channels = ["app", "web", "store"];

/** The details of an order; `order`, a text that no other order has, selects the random stream. */
export function createParticulars(order: string): Particulars {
  const random = createRandom(streamOf(order));
  return {
    note: random.chance(0.2) ? random.pick(notes) : null,
    coupon: random.chance(0.25) ? random.pick(coupons) : null,
    metadata: random.chance(0.5) ? { channel: random.pick(channels) } : null,
  };
}

export interface Account {
  /** Null for a guest. */
  readonly id: string | null;
  /** Null for a private customer; otherwise text in the format of a GSTIN, which belongs to nobody. */
  readonly business: { readonly name: string; readonly taxId: string } | null;
}

/** The details of a customer; the e-mail address selects the random stream. */
export function createAccount(email: string, lastName: string): Account {
  const random = createRandom(streamOf(email));
  const id = random.chance(0.85) ? `cus_${random.digits(8)}` : null;
  const taxId = `29ABCDE${random.digits(4)}F1Z${random.digits(1)}`;
  const isBusiness = random.chance(0.2);
  return { id, business: isBusiness ? { name: `${lastName} Traders`, taxId } : null };
}

/**
 * The registers of every row: named groups of columns that are set and overridden together. The SQL merge, the fold
 * and the explanation are all made from this table. Patches carry the values of a register in the order of its
 * columns.
 */

export const entities = {
  orders: {
    key: "order_number",
    registers: {
      status: ["status"],
      amounts: [
        "currency",
        "subtotal_micros",
        "discount_micros",
        "total_tax_micros",
        "shipping_micros",
        "handling_micros",
        "grand_total_micros",
        "credit_used_micros",
        "to_be_paid_micros",
        "payable_micros",
      ],
      customer: ["customer_name", "customer_email", "customer_phone"],
      address: ["billing_address", "shipping_address"],
      items: ["items"],
      placed: ["order_date", "order_day"],
      confirmed: ["confirmed_at"],
      completed: ["completed_at"],
      cancelled: ["cancelled_at"],
      refundable: ["refundable_micros"],
      snapshot_payment: ["snapshot_payment_status"],
      extra: ["customer_id", "customer_note", "coupon_code", "metadata", "extra"],
    },
  },
  payments: {
    key: "payment_id",
    registers: {
      status: ["status", "payment_date", "payment_day"],
      amount: ["amount_micros", "method"],
      reference: ["named_reference"],
      link: ["named_order"],
      extra: ["extra"],
    },
  },
  refunds: {
    key: "refund_id",
    registers: {
      status: ["status", "refund_date", "refund_day", "remarks"],
      amount: ["amount_micros", "payment_mode"],
      reference: ["payment_reference"],
      link: ["named_order"],
      extra: ["extra"],
    },
  },
  shipments: {
    key: "shipment_id",
    registers: {
      status: ["status"],
      tracking: ["courier", "awb_no", "tracking_url", "eta"],
      shipped: ["shipped_at"],
      delivered: ["delivered_at"],
      cancelled: ["cancelled_at"],
      reason: ["cancellation_reason"],
      items: ["items"],
      link: ["named_order"],
      extra: ["extra"],
    },
  },
} as const;

/**
 * Columns with personal data, by what erasing leaves of them: a word instead of the text, an address with a word in
 * each part, an empty object. Erasing and the reports of rebuilds read this.
 */
export const personalColumns = {
  texts: [
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_id",
    "customer_note",
    "coupon_code",
  ],
  addresses: ["billing_address", "shipping_address"],
  objects: ["metadata", "extra"],
  /** Of refunds and shipments. */
  remarks: ["remarks", "cancellation_reason"],
} as const;

export type Entity = keyof typeof entities;
export const entityNames = ["orders", "payments", "refunds", "shipments"] as const;

/** What `make` gives for each entity. */
export function byEntity<Made>(make: (entity: Entity) => Made): Readonly<Record<Entity, Made>> {
  return {
    orders: make("orders"),
    payments: make("payments"),
    refunds: make("refunds"),
    shipments: make("shipments"),
  };
}

export type Value = string | number | null;

/** One register as an event sets it. */
export interface Setting {
  readonly precedence: string;
  /** Every column of the register by its name; at least one is not null. */
  readonly values: Readonly<Record<string, Value>>;
}

/** Everything that one event (or, folded, a batch of them) sets on one row. */
export interface Patch {
  readonly entity: Entity;
  readonly key: string;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** `[register, columns]` pairs of an entity, in the table's order. */
export function registersOf(entity: Entity): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(entities[entity].registers);
}

type Registers<E extends Entity> = (typeof entities)[E]["registers"];
type ColumnIn<Columns> = Columns extends readonly (infer Name extends string)[] ? Name : never;

/** The values of a register by column; undefined counts as null. */
export type Values<E extends Entity, R extends keyof Registers<E>> = Readonly<
  Record<ColumnIn<Registers<E>[R]>, Value | undefined>
>;

/** The values of every register of a row; null if the event does not set it. */
type Drafts<E extends Entity> = { readonly [R in keyof Registers<E>]: Values<E, R> | null };

/**
 * A patch of each register that has a value, with `precedence`, or with the one that `others` states for it. A
 * register without a value is not set.
 */
export function patchOf<E extends Entity>(
  entity: E,
  key: string,
  precedence: string,
  drafts: Drafts<E>,
  others?: Readonly<Partial<Record<keyof Registers<E>, string>>>,
): Patch {
  const own: Readonly<Record<string, string | undefined>> = { ...others };
  const set: Readonly<Record<string, Readonly<Record<string, Value | undefined>> | null>> = drafts;
  const settings = new Map<string, Setting>();
  for (const [register, columns] of registersOf(entity)) {
    const draft = set[register] ?? {};
    const values = Object.fromEntries(columns.map((name) => [name, draft[name] ?? null]));
    if (columns.some((name) => values[name] !== null)) {
      settings.set(register, { precedence: own[register] ?? precedence, values });
    }
  }
  return { entity, key, settings };
}

/** The order that a patch links its row to; null if it names none. */
export function orderNamedIn({ settings }: Patch): string | null {
  const order = settings.get("link")?.values["named_order"];
  return typeof order === "string" ? order : null;
}

/**
 * The registers of every row: named groups of columns that are set together and won together. The
 * SQL merge, the fold and the explanation are all made from this table; the columns of a register
 * stand in the order in which patches carry their values.
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

export type Entity = keyof typeof entities;
export const entityNames = ["orders", "payments", "refunds", "shipments"] as const;

export type Value = string | number | null;

/** One register as an event sets it. */
export interface Setting {
  readonly precedence: string;
  /** In the order of the register's columns; at least one is not null. */
  readonly values: readonly Value[];
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

/** The values by column of one register; a register without any value is not set at all. */
export type Draft = readonly [
  register: string,
  precedence: string,
  values: readonly (Value | undefined)[],
];

/** A patch from drafts, leaving out the registers that carry nothing. */
export function patchOf(entity: Entity, key: string, drafts: readonly Draft[]): Patch {
  const settings = new Map<string, Setting>();
  for (const [register, precedence, values] of drafts) {
    const filled = values.map((value) => value ?? null);
    if (filled.some((value) => value !== null)) {
      settings.set(register, { precedence, values: filled });
    }
  }
  return { entity, key, settings };
}

/** What a setting of `register` gives one of its columns. */
export function valueIn(entity: Entity, register: string, setting: Setting, column: string): Value {
  const [, columns] = registersOf(entity).find(([name]) => name === register) ?? [];
  return setting.values[columns?.indexOf(column) ?? -1] ?? null;
}

/**
 * The event types of Commerce Engine, one row per type: what it is about, the model of its `data`, its status and
 * whether that status applies whatever `data` says, other spellings that senders use, and the statuses of a bare
 * body that mean it. Source: the vendor's webhook guide and OpenAPI model.
 */

export const subjects = ["order", "payment", "refund", "shipment"] as const;
export type Subject = (typeof subjects)[number];
export type ModelName =
  | "OrderDetail"
  | "OrderPayment"
  | "PaymentInfo"
  | "OrderRefund"
  | "OrderShipment";

/** The 14 types that are sent, in the usual order of an order's life. */
export const eventTypes = [
  "order.created",
  "order.confirmed",
  "order.completed",
  "order.cancelled",
  "payment.success",
  "payment.failed",
  "payment.retried",
  "payment.refund.initiated",
  "payment.refund.success",
  "payment.refund.failed",
  "shipment.created",
  "shipment.updated",
  "shipment.delivered",
  "shipment.cancelled",
] as const;
export type EventType = (typeof eventTypes)[number];

/** The types of a bare body whose status means none of the 14: never sent, and never read from a body. */
export const ownTypes = ["order.updated", "payment.updated"] as const;
type OwnType = (typeof ownTypes)[number];

interface Row {
  readonly subject: Subject;
  readonly model: ModelName;
  /** The status of the type; its rank is the stage of an unknown status. */
  readonly status: string | null;
  /** True: the type decides the status. False: `data` decides it, and the type only if `data` has none. */
  readonly decides: boolean;
  /** Statuses of `data` that are kept although the type decides. */
  readonly admits?: readonly string[];
  /** Other names that senders use; not needed for spellings that `spellingOf` makes equal. */
  readonly aliases?: readonly string[];
  /** The statuses of a bare body that mean this type. */
  readonly meantBy: readonly string[];
  /** True for the one type of its subject that a bare body with any other status, or with none, gets. */
  readonly otherwise?: true;
  /** Its meaning for the shop. */
  readonly meaning: string;
}

export type CatalogRow = Row & { readonly type: EventType | OwnType };

const rows: Readonly<Record<EventType | OwnType, Row>> = {
  "order.created": {
    subject: "order",
    model: "OrderDetail",
    status: "draft",
    decides: false,
    meantBy: ["draft", "pending", "awaiting_approval"],
    meaning: "A customer placed an order.",
  },
  "order.confirmed": {
    subject: "order",
    model: "OrderDetail",
    status: "confirmed",
    decides: false,
    meantBy: ["confirmed"],
    meaning: "The shop accepted the order; the customer is told.",
  },
  "order.completed": {
    subject: "order",
    model: "OrderDetail",
    status: "complete",
    decides: false,
    meantBy: ["complete"],
    meaning: "The order is fulfilled.",
  },
  "order.cancelled": {
    subject: "order",
    model: "OrderDetail",
    status: "cancelled",
    decides: true,
    aliases: ["order.canceled"],
    meantBy: ["cancelled"],
    meaning: "The order is cancelled; what was paid has to be refunded.",
  },
  "order.updated": {
    subject: "order",
    model: "OrderDetail",
    status: null,
    decides: false,
    meantBy: [],
    otherwise: true,
    meaning: "The order as it stands now, in a body that names no event.",
  },
  "payment.success": {
    subject: "payment",
    model: "OrderPayment",
    status: "success",
    decides: true,
    meantBy: ["success", "unsettled", "partially_settled", "settled"],
    meaning: "Money arrived.",
  },
  "payment.failed": {
    subject: "payment",
    model: "OrderPayment",
    status: "failed",
    decides: true,
    meantBy: ["failed"],
    meaning: "A payment failed; the customer is told.",
  },
  "payment.retried": {
    subject: "payment",
    model: "PaymentInfo",
    status: "pending",
    decides: false,
    meantBy: ["pending", "debit_scheduled", "collection_due"],
    meaning: "The customer tries to pay again.",
  },
  "payment.updated": {
    subject: "payment",
    model: "PaymentInfo",
    status: null,
    decides: false,
    meantBy: [],
    otherwise: true,
    meaning: "The payment as it stands now, in a body that names no event.",
  },
  "payment.refund.initiated": {
    subject: "refund",
    model: "OrderRefund",
    status: "pending",
    decides: true,
    admits: ["approved"],
    aliases: ["payment.refund.created"],
    meantBy: ["pending", "approved"],
    otherwise: true,
    meaning: "A refund was asked for.",
  },
  "payment.refund.success": {
    subject: "refund",
    model: "OrderRefund",
    status: "success",
    decides: true,
    meantBy: ["success"],
    meaning: "Money went back; the customer is told.",
  },
  "payment.refund.failed": {
    subject: "refund",
    model: "OrderRefund",
    status: "failed",
    decides: true,
    meantBy: ["failed"],
    meaning: "A refund failed; the team has to act.",
  },
  "shipment.created": {
    subject: "shipment",
    model: "OrderShipment",
    status: "packed",
    decides: false,
    meantBy: [
      "created",
      "unscheduled",
      "schedule_requested",
      "scheduled",
      "processing",
      "packed",
      "sent_to_store",
    ],
    meaning: "A parcel was made up.",
  },
  "shipment.updated": {
    subject: "shipment",
    model: "OrderShipment",
    status: "in_transit",
    decides: false,
    meantBy: [],
    otherwise: true,
    meaning: "A parcel moved; the customer is told.",
  },
  "shipment.delivered": {
    subject: "shipment",
    model: "OrderShipment",
    status: "delivered",
    decides: true,
    meantBy: ["delivered"],
    meaning: "A parcel arrived; the customer is asked for a review later.",
  },
  "shipment.cancelled": {
    subject: "shipment",
    model: "OrderShipment",
    status: "cancelled",
    decides: true,
    aliases: ["shipment.canceled"],
    meantBy: ["cancelled"],
    meaning: "A parcel will not arrive; the team has to act.",
  },
};

/** Every possible type of an event: the 14, and our own two. */
export const catalog: readonly CatalogRow[] = [...eventTypes, ...ownTypes].map((type) => ({
  type,
  ...rows[type],
}));

/** One spelling for all: in lower case, with dots. */
function spellingOf(name: string): string {
  return name.trim().toLowerCase().replaceAll(/[_/-]/g, ".");
}

const byName: ReadonlyMap<string, CatalogRow> = new Map(
  catalog
    .filter(({ type }) => !ownTypes.some((own) => own === type))
    .flatMap((row) => [row.type, ...(row.aliases ?? [])].map((name) => [name, row] as const)),
);

/** The longest name that can be one of the 14; longer texts are not checked. */
const NAME_MAX_CHARACTERS = 64;

/** The row of a type by a sender's name for it; null if it is not one of the 14. */
export function findEventType(name: string): CatalogRow | null {
  return name.length > NAME_MAX_CHARACTERS ? null : (byName.get(spellingOf(name)) ?? null);
}

/** The row of the type of a bare body about `subject`, from its status. */
export function typeByStatus(subject: Subject, status: string | null): CatalogRow {
  const own = catalog.filter((row) => row.subject === subject);
  const meant = own.find(({ meantBy }) => status !== null && meantBy.includes(status));
  const row = meant ?? own.find(({ otherwise }) => otherwise === true);
  if (row === undefined) throw new Error(`the catalog has no type for a ${subject} of any status`);
  return row;
}

/**
 * Explains the values of an order: which event set each register, and which event overrides each other event.
 * Pure: the order's present rows and the events about them in, a typed answer out.
 */
import type {
  Comparison,
  DerivedExplanation,
  EventExplanation,
  HistoricEvent,
  OrderExplanation,
  RegisterExplanation,
  SettingExplanation,
  StateRow,
} from "./explanation";
import { asJudged, interpret } from "../interpret";
import { countedInstead, leadingPayment, type ModelRow, snapshotWins } from "./model";
import { hashId, idHashIn, isOfImport, placeIn, stageIn, statesTime, timeIn } from "../precedence";
import { type Entity, type Patch, registersOf } from "../registers";
import type { StoreDefaults } from "../store-defaults";

function precedenceIn(row: StateRow | undefined, register: string): string {
  return String(row?.columns[`${register}_precedence`] ?? "");
}

/** What decided between a setting and the present one. */
export function compareSettings(precedence: string, current: string): Comparison {
  if (precedence === current) return "stands";
  if (precedence > current) return "not applied";
  if (timeIn(precedence) < timeIn(current)) return "older";
  if (stageIn(precedence) < stageIn(current)) return "lower stage";
  if (placeIn(precedence) === placeIn(current) && isOfImport(precedence) === isOfImport(current)) {
    return "lower id";
  }
  if (isOfImport(precedence)) return "imported";
  return statesTime(precedence) ? "states its time" : "received earlier";
}

class Rows {
  readonly #rows: ReadonlyMap<string, StateRow>;
  readonly #eventIds: ReadonlyMap<string, string>;

  constructor(rows: readonly StateRow[], eventIds: readonly string[]) {
    this.#rows = new Map(rows.map((row) => [`${row.entity} ${row.key}`, row]));
    this.#eventIds = new Map(eventIds.map((id) => [hashId(id), id]));
  }

  find(entity: Entity, key: string): StateRow | undefined {
    return this.#rows.get(`${entity} ${key}`);
  }

  /** The event of a precedence; null if there is none, or if it is no longer stored. */
  eventOf(precedence: string): string | null {
    return precedence === "" ? null : (this.#eventIds.get(idHashIn(precedence)) ?? null);
  }
}

function explainRegisters(rows: readonly StateRow[], lookup: Rows): readonly RegisterExplanation[] {
  return rows.flatMap((row) =>
    registersOf(row.entity).map(([register, columns]) => {
      const precedence = precedenceIn(row, register);
      return {
        entity: row.entity,
        key: row.key,
        register,
        values: Object.fromEntries(columns.map((name) => [name, row.columns[name] ?? null])),
        setBy: lookup.eventOf(precedence),
        precedence,
      };
    }),
  );
}

function explainPatch(patch: Patch, lookup: Rows): readonly SettingExplanation[] {
  const { entity, key } = patch;
  const row = lookup.find(entity, key);
  // Rows of other orders that the event also touches are explained there.
  if (row === undefined) return [];
  return [...patch.settings].map(([register, { precedence }]) => {
    const current = precedenceIn(row, register);
    const comparison = compareSettings(precedence, current);
    const against = comparison === "stands" ? null : lookup.eventOf(current);
    return { entity, key, register, comparison, against };
  });
}

const unsettled = {
  received: "waiting",
  ignored: "ignored",
  quarantined: "quarantined",
  failed: "failed",
} as const;

function explainEvent(
  event: HistoricEvent,
  lookup: Rows,
  defaults: StoreDefaults,
): EventExplanation {
  const { id, eventType, typeHint, occurredAt, receivedAt, payload } = event;
  const common = {
    id,
    eventType,
    occurredAt,
    receivedAt,
    reason: event.error,
    repeats: event.redeliveries,
    conflicts: event.conflicts,
  };
  if (event.status !== "processed") {
    return { ...common, outcome: unsettled[event.status], settings: [] };
  }
  if (payload === null) return { ...common, outcome: "purged", settings: [] };
  const meaning = interpret({ id, typeHint, receivedAt, payload }, asJudged(defaults));
  const settings = meaning.patches.flatMap((patch) => explainPatch(patch, lookup));
  const sets = settings.some(({ comparison }) => comparison === "stands");
  return { ...common, outcome: sets ? "sets" : "superseded", settings };
}

/** The settings of one event on its rows, and the events among `eventIds` that override them. */
export function explainEventAlone(
  event: HistoricEvent,
  rows: readonly StateRow[],
  eventIds: readonly string[],
  defaults: StoreDefaults,
): EventExplanation {
  return explainEvent(event, new Rows(rows, [event.id, ...eventIds]), defaults);
}

/** Rows of an order. */
export interface OrderPicture {
  readonly rows: readonly StateRow[];
  /** False if there are more payments: then it is not known which of them decides. */
  readonly areAllPayments: boolean;
}

function explainDerived(
  orderNumber: string,
  { rows, areAllPayments }: OrderPicture,
  lookup: Rows,
): DerivedExplanation | null {
  const order = lookup.find("orders", orderNumber)?.columns;
  if (order === undefined) return null;
  const columnsOf = (entity: Entity): readonly ModelRow[] =>
    rows.filter((row) => row.entity === entity).map(({ columns }) => columns);
  const payments = columnsOf("payments");
  const own = payments.filter((payment) => payment["order_number"] === orderNumber);
  const ownRefunds = columnsOf("refunds").filter((row) => row["order_number"] === orderNumber);
  const counted = own.filter(
    (payment) => payment["status"] !== null && countedInstead(payments, payment) === null,
  );
  const leading = leadingPayment(counted);
  const bySnapshot = snapshotWins(order, leading);
  const precedence = bySnapshot
    ? order["snapshot_payment_precedence"]
    : leading?.["status_precedence"];
  const event = areAllPayments ? lookup.eventOf(String(precedence ?? "")) : null;
  return {
    paymentStatus: order["payment_status"] ?? null,
    decidedBy: event === null ? null : bySnapshot ? "snapshot" : "payment",
    event,
    payments: own.map((payment) => {
      const instead = countedInstead(payments, payment);
      return {
        paymentId: String(payment["payment_id"]),
        status: payment["status"] ?? null,
        amountMicros: payment["amount_micros"] ?? null,
        countedInstead: instead === null ? null : String(instead["payment_id"]),
      };
    }),
    refunds: ownRefunds.map((refund) => ({
      refundId: String(refund["refund_id"]),
      status: refund["status"] ?? null,
      amountMicros: refund["amount_micros"] ?? null,
    })),
  };
}

function when(event: HistoricEvent): string {
  return `${event.occurredAt ?? ""} ${event.receivedAt}`;
}

export interface BoundedExplanation {
  readonly explained: OrderExplanation;
  /** How many settings of the oldest events were left out. */
  readonly settingsLeftOut: number;
}

/** Explains an order from its rows and the stored events that patch any of them; lists at most `maxSettings`. */
export function explainOrder(
  orderNumber: string,
  picture: OrderPicture,
  events: readonly HistoricEvent[],
  defaults: StoreDefaults,
  maxSettings = Infinity,
): BoundedExplanation {
  const lookup = new Rows(
    picture.rows,
    events.map(({ id }) => id),
  );
  let room = maxSettings;
  let settingsLeftOut = 0;
  const bounded = (event: HistoricEvent): EventExplanation => {
    const one = explainEvent(event, lookup, defaults);
    const settings = one.settings.slice(0, room);
    room -= settings.length;
    settingsLeftOut += one.settings.length - settings.length;
    return { ...one, settings };
  };
  const inOrder = events.toSorted((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0));
  const explained = {
    orderNumber,
    derived: explainDerived(orderNumber, picture, lookup),
    registers: explainRegisters(picture.rows, lookup),
    events: inOrder.toReversed().map(bounded).toReversed(),
  };
  return { explained, settingsLeftOut };
}

/** Why an order has its current values: for each field, the event that set it and the events that it overrides. */
import { nameType } from "../../../events/form-words";
import type {
  EventExplanation,
  OrderExplanation,
  RegisterExplanation,
  SettingExplanation,
} from "../../../projection/history/explanation";
import { isObject, isPresent, parseJson } from "../../../events/values";
import type { Value } from "../../../projection/registers";
import { clip, words } from "../../text";
import { comparisons, fieldName, nouns, whyId } from "./explained";
import { Money, Ref, Table, Text, Time } from "../parts";

/** The number of fields of a JSON value that are shown; the page shows all of them elsewhere. */
const PARTS_SHOWN = 6;

function partText(value: unknown): string {
  return typeof value === "object" && value !== null ? "…" : String(value);
}

/** A JSON column as people read it: its entries by name, or the fields with their values. */
function readable(value: unknown): string {
  const parts = Array.isArray(value)
    ? value.map((one) => partText(isObject(one) ? (one["product_name"] ?? one["sku"]) : one))
    : isObject(value)
      ? Object.entries(value)
          .filter(([, one]) => isPresent(one))
          .map(([name, one]) => `${words(name)}: ${partText(one)}`)
      : [partText(value)];
  const more = parts.length - PARTS_SHOWN;
  const shown = parts.slice(0, PARTS_SHOWN).map((part) => clip(part, 60));
  return [...shown, ...(more > 0 ? [`and ${String(more)} more`] : [])].join(" · ");
}

function ValueOf(props: {
  readonly name: string;
  readonly value: Value;
  readonly currency: string | null;
}) {
  const { name, value, currency } = props;
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) {
    return <Time at={value} />;
  }
  if (name.endsWith("_micros") && typeof value === "number") {
    return <Money micros={value} in={currency} />;
  }
  if (typeof value !== "string" || !/^[[{]/.test(value)) return <Text of={value} />;
  const parsed = parseJson(value);
  return <Text of={parsed === undefined ? value : readable(parsed)} whole />;
}

function Values(props: {
  readonly values: Readonly<Record<string, Value>>;
  readonly currency: string | null;
}) {
  const { values, currency } = props;
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return (
    <ul class="values">
      {entries.map(([name, value]) => (
        <li>
          {entries.length === 1 ? null : (
            <span class="soft">{`${fieldName(name.replace(/_micros$/, ""))}: `}</span>
          )}
          <ValueOf name={name} value={value} currency={currency} />
        </li>
      ))}
    </ul>
  );
}

interface OverriddenSetting {
  readonly event: EventExplanation;
  readonly setting: SettingExplanation;
}

type Register = Pick<RegisterExplanation, "entity" | "key" | "register">;

function nameOf({ entity, key, register }: Register): string {
  return JSON.stringify([entity, key, register]);
}

/** Grouped in one pass: there may be thousands of registers and of settings. */
function overriddenByRegister({
  events,
}: OrderExplanation): ReadonlyMap<string, readonly OverriddenSetting[]> {
  const all = events.flatMap((event) =>
    event.settings
      .filter(({ comparison }) => comparison !== "stands")
      .map((setting) => ({ event, setting })),
  );
  return Map.groupBy(all, ({ setting }) => nameOf(setting));
}

/** Groups the events that are overridden for the same reason. */
function OverriddenList({ of }: { readonly of: readonly OverriddenSetting[] }) {
  if (of.length === 0) return <span class="none">–</span>;
  const byReason = Map.groupBy(of, ({ setting }) => setting.comparison);
  return (
    <ul class="values">
      {[...byReason].map(([comparison, list]) => (
        <li>
          {list.map(({ event }, index) => (
            <>
              {index === 0 ? null : ", "}
              <Ref to="events" id={event.id} label={nameType(event.eventType)} />
            </>
          ))}
          <span class="soft">: {comparisons[comparison]}</span>
        </li>
      ))}
    </ul>
  );
}

export function Explained(props: {
  readonly of: OrderExplanation;
  readonly currency: string | null;
}) {
  const { of, currency } = props;
  const set = of.registers.filter(({ precedence }) => precedence !== "");
  const rows = Map.groupBy(set, ({ entity, key }) => `${entity} ${key}`);
  const overridden = overriddenByRegister(of);
  const types = new Map(of.events.map(({ id, eventType }) => [id, eventType]));
  return (
    <>
      <p class="soft">
        The newest event decides each value; of two with the same time, the later step does.
      </p>
      {[...rows.values()].map((registers) => {
        const [first] = registers;
        if (first === undefined) return null;
        return (
          <details>
            <summary>
              {nouns[first.entity]} <Text of={first.key} />
            </summary>
            <Table
              caption="Fields, and which event set each"
              rows={registers}
              rowId={({ entity, key, register }) => whyId(entity, key, register)}
              columns={[
                { head: "Field", cell: ({ register }) => fieldName(register) },
                {
                  head: "Value",
                  cell: ({ values }) => <Values values={values} currency={currency} />,
                },
                {
                  head: "Set by",
                  as: "word",
                  cell: ({ setBy }) => (
                    <Ref to="events" id={setBy} label={types.get(setBy ?? "")} />
                  ),
                },
                {
                  head: "Overridden",
                  as: "wide",
                  cell: (one) => <OverriddenList of={overridden.get(nameOf(one)) ?? []} />,
                },
              ]}
            />
          </details>
        );
      })}
    </>
  );
}

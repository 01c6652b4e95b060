/** Why an order has its current values: for each field, the event that set it and the events that it overrides. */
import { nameType } from "../../../events/form-words";
import type {
  EventExplanation,
  OrderExplanation,
  RegisterExplanation,
  SettingExplanation,
} from "../../../projection/history/explanation";
import type { Value } from "../../../projection/registers";
import { words } from "../../text";
import { comparisons, nouns } from "./explained";
import { Money, Ref, Table, Text, Time } from "../parts";

interface Shown {
  readonly name: string;
  readonly value: Value;
  readonly currency: string | null;
}

function ValueOf({ name, value, currency }: Shown) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) {
    return <Time at={value} />;
  }
  return name.endsWith("_micros") && typeof value === "number" ? (
    <Money micros={value} in={currency} />
  ) : (
    <Text of={value} />
  );
}

/** The order's currency; payments and refunds state none. */
function currencyIn({ registers }: OrderExplanation): string | null {
  const found = registers.map(({ values }) => values["currency"]);
  return found.find((value) => typeof value === "string") ?? null;
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
            <span class="soft">{`${words(name.replace(/_micros$/, ""))}: `}</span>
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

/** By register, in one pass: there may be thousands of both. */
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

function OverriddenList({ of }: { readonly of: readonly OverriddenSetting[] }) {
  if (of.length === 0) return <span class="none">–</span>;
  return (
    <ul class="values">
      {of.map(({ event, setting }) => (
        <li>
          <Ref to="events" id={event.id} label={nameType(event.eventType)} />{" "}
          <span class="soft">{comparisons[setting.comparison]}</span>
        </li>
      ))}
    </ul>
  );
}

export function Explained({ of }: { readonly of: OrderExplanation }) {
  const set = of.registers.filter(({ precedence }) => precedence !== "");
  const rows = Map.groupBy(set, ({ entity, key }) => `${entity} ${key}`);
  const overridden = overriddenByRegister(of);
  const currency = currencyIn(of);
  const types = new Map(of.events.map(({ id, eventType }) => [id, eventType]));
  return (
    <>
      <p class="soft">
        For each field the event with the latest time stands; at the same time the status further
        along.
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
              columns={[
                { head: "Field", cell: ({ register }) => words(register) },
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

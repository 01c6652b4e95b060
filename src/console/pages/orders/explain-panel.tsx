/** Why an order looks as it does: for each field the event that set it, and those that it overrides. */
import { nameType } from "../../../events/form-words";
import type {
  EventExplanation,
  OrderExplanation,
  RegisterExplanation,
  SettingExplanation,
} from "../../../projection/history/explanation";
import type { Value } from "../../../projection/registers";
import { money, words } from "../../text";
import { comparisons, nouns } from "./explained";
import { Ref, Table, Text, Time } from "../parts";

function ValueOf({ name, value }: { readonly name: string; readonly value: Value }) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) {
    return <Time at={value} />;
  }
  return name.endsWith("_micros") && typeof value === "number" ? (
    <>{money(value, null)}</>
  ) : (
    <Text of={value} />
  );
}

function Values({ values }: { readonly values: Readonly<Record<string, Value>> }) {
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return (
    <ul class="values">
      {entries.map(([name, value]) => (
        <li>
          {entries.length === 1 ? null : (
            <span class="soft">{`${words(name.replace(/_micros$/, ""))}: `}</span>
          )}
          <ValueOf name={name} value={value} />
        </li>
      ))}
    </ul>
  );
}

interface OverriddenSetting {
  readonly event: EventExplanation;
  readonly setting: SettingExplanation;
}

function overriddenBy(
  explained: OrderExplanation,
  one: RegisterExplanation,
): readonly OverriddenSetting[] {
  return explained.events.flatMap((event) =>
    event.settings
      .filter(({ entity, key, register, comparison }) => {
        const isSame = entity === one.entity && key === one.key && register === one.register;
        return isSame && comparison !== "stands";
      })
      .map((setting) => ({ event, setting })),
  );
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
  const rows = [...new Set(set.map(({ entity, key }) => `${entity} ${key}`))];
  const types = new Map(of.events.map(({ id, eventType }) => [id, eventType]));
  return (
    <>
      <p class="soft">
        For each field the event with the latest time stands; at the same time the status further
        along.
      </p>
      {rows.map((row) => {
        const registers = set.filter(({ entity, key }) => `${entity} ${key}` === row);
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
                { head: "Value", cell: ({ values }) => <Values values={values} /> },
                {
                  head: "Set by",
                  as: "word",
                  cell: ({ setBy }) => (
                    <Ref to="events" id={setBy} label={types.get(setBy ?? "")} />
                  ),
                },
                {
                  head: "Overridden",
                  cell: (one) => <OverriddenList of={overriddenBy(of, one)} />,
                },
              ]}
            />
          </details>
        );
      })}
    </>
  );
}

/** The values that an event set, and those that another event overrides. */
import type { SettingExplanation } from "../../../projection/history/explanation";
import type { EventView } from "../../event-view";
import { words } from "../../text";
import { comparisons, SettingRow } from "../orders/explained";
import { type Column, LeftOutNotes, Part, Ref, Table } from "../parts";

/** Settings of one row with the same outcome. */
interface Fared extends Omit<SettingExplanation, "register"> {
  readonly registers: readonly string[];
}

function grouped(settings: readonly SettingExplanation[]): readonly Fared[] {
  const groups = new Map<string, Fared>();
  for (const { register, ...rest } of settings) {
    const name = JSON.stringify(rest);
    const registers = [...(groups.get(name)?.registers ?? []), words(register)];
    groups.set(name, { ...rest, registers });
  }
  return [...groups.values()];
}

const fared: readonly Column<Fared>[] = [
  { head: "Row", cell: ({ entity, key }) => <SettingRow entity={entity} row={key} /> },
  { head: "Fields", cell: ({ registers }) => registers.join(", ") },
];

const whyNotSet: Column<Fared> = {
  head: "Why not",
  cell: ({ comparison, against }) => (
    <>
      {comparisons[comparison]}
      {against === null ? null : (
        <>
          {": "}
          <Ref to="events" id={against} />
        </>
      )}
    </>
  ),
};

export function Effect({
  changed,
  overridden,
  leftOut,
}: Pick<EventView, "changed" | "overridden" | "leftOut">) {
  return (
    <Part id="effect" title="What it changed">
      {changed.length === 0 ? null : (
        <Table
          caption="Values that it set and that are still valid"
          shown
          columns={fared}
          rows={grouped(changed)}
        />
      )}
      {overridden.length === 0 ? null : (
        <Table
          caption="It also says, and another event stands"
          shown
          columns={[...fared, whyNotSet]}
          rows={grouped(overridden)}
        />
      )}
      <LeftOutNotes of={leftOut} />
    </Part>
  );
}

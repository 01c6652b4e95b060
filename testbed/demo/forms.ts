/** The forms of the deliveries, and whether the orders in each form have the right result. */
import type { Evidence } from "../checks/evidence.ts";
import { expectedParts, forms, judgeOrder, judgeParts, partKinds } from "../stories/index.ts";
import { out, printHeading } from "../terminal/report.ts";
import { printTable } from "../terminal/table.ts";
import { count } from "../terminal/text.ts";

/** The numbers of the orders that match their stories, with all their parts. */
function findRight({ day, state }: Evidence): ReadonlySet<string> {
  const orders = new Map(state.orders.map((row) => [row.order_number, row]));
  const parts = partKinds.map((kind) => {
    return [kind, Map.groupBy(state[kind], (row) => row.order_number)] as const;
  });
  const right = day.stories.filter((story) => {
    const { orderNumber } = story;
    const problems = parts.flatMap(([kind, rows]) =>
      judgeParts(kind, expectedParts(story, kind), rows.get(orderNumber) ?? []),
    );
    return problems.length === 0 && judgeOrder(story, { ...orders.get(orderNumber) }).length === 0;
  });
  return new Set(right.map(({ orderNumber }) => orderNumber));
}

const titles: Readonly<Record<(typeof forms)[number], string>> = {
  envelope: "id, type and data",
  flat: "the type beside the model's fields",
  bare: "the model alone: no type, no id",
};

export function reportForms(evidence: Evidence): void {
  const { day, state } = evidence;
  const right = findRight(evidence);
  printHeading("Forms", "one Worker takes them all, and no setting says which will come");
  const figures = ["deliveries", "events", "orders", "ended right"];
  printTable(
    out,
    [
      { title: "form" },
      ...figures.map((title) => ({ title, align: "right" as const })),
      { title: "" },
    ],
    forms.map((form) => {
      const came = day.deliveries.filter(({ recognized }) => recognized?.form === form);
      const kept = state.events.filter((row) => row.form === form && row.status === "processed");
      const numbers = [...day.formOf].flatMap(([number, its]) => (its === form ? [number] : []));
      const ended = numbers.filter((number) => right.has(number));
      const counts = [came, kept, numbers, ended].map((list) => count(list.length));
      return [form, ...counts, titles[form]];
    }),
  );
}

/** docs/alerts.yml, parsed like `promtool check rules`, and compared with the existing metrics. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import * as z from "zod";
import { readPromql } from "./promql.ts";

const rule = z.strictObject({
  alert: z.string().regex(/^Webhooks[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(["page", "ticket"]) }),
  annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
});
const file = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })).min(1),
});
export type Rule = z.infer<typeof rule>;

export function readRules(text: string): readonly Rule[] {
  const rules = file.parse(parse(text)).groups.flatMap((group) => group.rules);
  const names = rules.map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length, "every alert has a name of its own");
  return rules;
}

/** Throws if the expression uses a metric or a label that does not exist. */
export function checkExpression(
  text: string,
  metrics: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  const { selectors, grouped } = readPromql(text);
  assert.ok(selectors.length > 0, text);
  for (const { metric, labels } of selectors) {
    const known = metrics.get(metric);
    assert.ok(known !== undefined, `no metric ${metric}`);
    for (const label of [...labels, ...grouped]) {
      assert.ok(known.has(label), `${metric} has no label ${label}`);
    }
  }
}

/** Checks the template of an annotation: `{{ $labels.type }}` must be a label that the expression keeps. */
export function checkTemplate({ expr, annotations }: Rule, known: ReadonlySet<string>): void {
  const { grouped } = readPromql(expr);
  const left = grouped.length > 0 ? new Set(grouped) : known;
  for (const [, label = ""] of annotations.summary.matchAll(/\$labels\.(\w+)/g)) {
    assert.ok(left.has(label), `${expr} leaves no label ${label}`);
  }
  assert.doesNotMatch(annotations.summary, /\{\{(?! \$(value|labels\.\w+)( \| \w+)? \}\})/);
}

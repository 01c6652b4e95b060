/** The metrics and labels of a PromQL expression, by the grammar of Prometheus itself. */
import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** The labels that it groups by. */
  readonly grouped: readonly string[];
}

/** Throws if it does not parse. */
export function readPromql(text: string): Expression {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  parser.parse(text).iterate({
    enter({ type, name, from, to, node }) {
      const words = text.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${String(from)}: ${text}`);
      if (name === "VectorSelector") selectors.push({ metric: "", labels: [] });
      const current = selectors.at(-1);
      if (
        name === "Identifier" &&
        current !== undefined &&
        node.parent?.name === "VectorSelector"
      ) {
        current.metric = words;
      }
      if (name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") grouped.push(words);
      else current?.labels.push(words);
    },
  });
  return { selectors, grouped };
}

/** Names of the metrics in Prometheus' text format, with the labels that each has. */
export function readMetrics(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const metrics = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const [, name, labels = ""] = /^([a-z_]+)(?:\{(.*)\})? [-+.\deE]+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = metrics.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    metrics.set(name, known);
  }
  return metrics;
}

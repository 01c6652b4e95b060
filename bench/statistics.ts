/** Medians, and how numbers are written. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** `sorted`: in ascending order. The smallest value that this share of the values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The median of the ratios of values that were measured in the same round. */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en");
export const fixed = (value: number, digits = 2): string => value.toFixed(digits);

/** Compares a value with its target; a miss is marked. */
export function verdict(value: number, target: number, atMost = false): string {
  const met = atMost ? value <= target : value >= target;
  return `${met ? "met" : "**missed**"} (aim: ${atMost ? "at most" : "at least"} ${target})`;
}

/** A bar chart that Markdown viewers draw: Mermaid's xychart. `bars`: name and value, in the order of the chart. */
export function barChart(
  title: string,
  unit: string,
  bars: readonly (readonly [string, number])[],
): string {
  const names = bars.map(([name]) => `"${name}"`).join(", ");
  const values = bars.map(([, value]) => fixed(value, 1)).join(", ");
  return `\`\`\`mermaid
%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#2563eb"}}}}%%
xychart-beta horizontal
    title "${title}"
    x-axis [${names}]
    y-axis "${unit}" 0 --> ${Math.ceil(Math.max(...bars.map(([, value]) => value)))}
    bar [${values}]
\`\`\``;
}

/** Quantiles, in the unit of the values. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => quantile(sorted, share);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), p999: at(0.999) };
}

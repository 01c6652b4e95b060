/** A chart of events per ten minutes, hour or day, whose bars link to their events, and the same figures as a table. */
import { addMs } from "../../../events/field-formats/time";
import { dayIn } from "../../../events/field-formats/time-zone";
import { withQuery } from "../../links";
import { capital, count } from "../../text";
import { clockTime, pageFrame } from "../frame";
import { Part, Table, Time } from "../parts";
import { type Bar, type Range, type Step, sumOf } from "./range";

const HEIGHT = 100;
const STEP = 10;
const WIDTH = 8;
const TICKS_MAX = 4;
const HOUR_MS = 3_600_000;

const outcomes = ["processed", "ignored", "received", "quarantined", "failed"] as const;
const names: Readonly<Record<string, string>> = { processed: "applied", received: "waiting" };
const nameOf = (outcome: string): string => names[outcome] ?? outcome;

/** Whole numbers from 0 to the first that is not below `most`, in steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(most: number): readonly number[] {
  let step = 1;
  while (step * TICKS_MAX < most) step *= String(step).startsWith("2") ? 2.5 : 2;
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, tick) => tick * step);
}

/** The day of a bar, which may begin within its first hour, or its time in the reader's zone. */
function Start({ bar: { from }, step }: { readonly bar: Bar; readonly step: Step }) {
  if (step !== "day") return <Time at={from} only="hour" />;
  const day = dayIn(addMs(from, HOUR_MS - 1), pageFrame().zone);
  const words = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return <span>{new Date(day).toLocaleDateString("en-GB", words)}</span>;
}

const linkOf = ({ from, to }: Bar): string => withQuery("/console/events", { from, to });

function Column(props: { readonly bar: Bar; readonly index: number; readonly top: number }) {
  const { bar, index, top } = props;
  let y = HEIGHT;
  const { zone } = pageFrame();
  const at = `${clockTime(bar.from, zone).slice(0, 16).replace("T", " ")} ${zone ?? "UTC"}`;
  // Keyboards and screen readers use the links of the table.
  return (
    <a href={linkOf(bar)} tabindex={-1}>
      <title>{`${at}: ${count(bar.all, "event")}`}</title>
      <rect class="hit" x={index * STEP} y={0} width={STEP} height={HEIGHT} />
      {outcomes.map((name) => {
        // A single event among thousands must be visible.
        const height = bar[name] <= 0 ? 0 : Math.max(1.5, (bar[name] / top) * HEIGHT);
        y -= height;
        return height === 0 ? null : (
          <rect
            class={nameOf(name)}
            x={index * STEP + (STEP - WIDTH) / 2}
            y={y.toFixed(2)}
            width={WIDTH}
            height={height.toFixed(2)}
          />
        );
      })}
    </a>
  );
}

function Plot({ range, bars }: { readonly range: Range; readonly bars: readonly Bar[] }) {
  const ticks = ticksOf(Math.max(...bars.map(({ all }) => all)));
  const top = ticks.at(-1) ?? 1;
  const width = bars.length * STEP;
  const every = Math.ceil(bars.length / 8);
  return (
    <div class="plot" aria-hidden="true">
      <div class="scale">
        {ticks.toReversed().map((tick) => (
          <span>{tick.toLocaleString("en")}</span>
        ))}
      </div>
      <svg viewBox={`0 0 ${String(width)} ${String(HEIGHT)}`} preserveAspectRatio="none">
        <path
          d={ticks
            .map((tick) => `M0 ${String(HEIGHT - (tick / top) * HEIGHT)}h${String(width)}`)
            .join("")}
        />
        {bars.map((bar, index) => (
          <Column bar={bar} index={index} top={top} />
        ))}
      </svg>
      <div class="axis">
        {bars.map((bar, index) => (
          <span>{index % every === 0 ? <Start bar={bar} step={range.step} /> : null}</span>
        ))}
      </div>
    </div>
  );
}

function BarTable({ range, bars }: { readonly range: Range; readonly bars: readonly Bar[] }) {
  return (
    <details>
      <summary>As a table</summary>
      <Table
        caption={`Events by the ${range.step} of their receipt`}
        rows={bars.filter(({ all }) => all > 0).toReversed()}
        columns={[
          {
            head: range.step === "day" ? "Day" : "From",
            cell: (bar) => (
              <a href={linkOf(bar)}>
                {range.step === "day" ? <Start bar={bar} step="day" /> : <Time at={bar.from} />}
              </a>
            ),
          },
          { head: "Received", cell: ({ all }) => all.toLocaleString("en"), number: true },
          ...outcomes.map((name) => ({
            head: capital(nameOf(name)),
            cell: (bar: Bar) => bar[name].toLocaleString("en"),
            number: true,
          })),
        ]}
      />
    </details>
  );
}

export function EventsChart({
  range,
  bars,
}: {
  readonly range: Range;
  readonly bars: readonly Bar[];
}) {
  return (
    <Part id="events" title={`Events by ${range.step}`}>
      <figure class="chart">
        <Plot range={range} bars={bars} />
        <figcaption>
          {outcomes.map((name) => {
            const sum = sumOf(bars, name);
            return sum === 0 ? null : (
              <span class={`key ${nameOf(name)}`}>
                {nameOf(name)} <b>{sum.toLocaleString("en")}</b>
              </span>
            );
          })}
        </figcaption>
        {range.starts[0] === range.from ? null : (
          <p class="soft">Events are counted by whole hours of UTC.</p>
        )}
        <BarTable range={range} bars={bars} />
      </figure>
    </Part>
  );
}

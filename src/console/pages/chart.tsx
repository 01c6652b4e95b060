/** Events per hour: as bars, and the same figures as a table. */
import type { HourRow } from "../../store/overview";
import { capital, count } from "../text";
import { withQuery } from "../links";
import { Table, Time } from "./parts";

const series = ["processed", "ignored", "waiting", "quarantined", "failed"] as const;
type Series = (typeof series)[number];

const HEIGHT = 100;
const STEP = 10;
const BAR = 8;

function valuesOf(row: HourRow): Readonly<Record<Series, number>> {
  const { received, processed, quarantined, failed, ignored } = row;
  const waiting = Math.max(0, received - processed - quarantined - failed - ignored);
  return { processed, ignored, waiting, quarantined, failed };
}

function Bar(props: { readonly row: HourRow; readonly index: number; readonly most: number }) {
  const { row, index, most } = props;
  const values = valuesOf(row);
  let top = HEIGHT;
  return (
    <g>
      {series.map((name) => {
        // A single event among thousands must be visible.
        const height = values[name] === 0 ? 0 : Math.max(1.5, (values[name] / most) * (HEIGHT - 6));
        top -= height;
        return height === 0 ? null : (
          <rect
            class={name}
            x={index * STEP + 1}
            y={top.toFixed(2)}
            width={BAR}
            height={height.toFixed(2)}
          />
        );
      })}
    </g>
  );
}

const startOf = ({ hour }: HourRow): string => `${hour}:00:00.000Z`;

function hourQuery(row: HourRow): string {
  const from = startOf(row);
  const to = new Date(Date.parse(from) + 3_600_000).toISOString();
  return withQuery("/console/events", { from, to });
}

/** What came since the beginning of the last hour, and what became of it. */
export function LastHour({ hours }: { readonly hours: readonly HourRow[] }) {
  const rows = hours.slice(-2);
  const [first] = rows;
  if (first === undefined) return null;
  const received = rows.reduce((sum, row) => sum + row.received, 0);
  const became = series.flatMap((name) => {
    const sum = rows.reduce((all, row) => all + valuesOf(row)[name], 0);
    return sum === 0 ? [] : [`${sum.toLocaleString("en")} ${name}`];
  });
  return (
    <p>
      Since <Time at={startOf(first)} only="hour" />:{" "}
      <a href={withQuery("/console/events", { from: startOf(first) })}>
        {count(received, "event")}
      </a>
      {became.length === 0 ? "." : `: ${became.join(", ")}.`}
    </p>
  );
}

export function HoursChart({ hours }: { readonly hours: readonly HourRow[] }) {
  const most = Math.max(1, ...hours.map(({ received }) => received));
  const total = hours.reduce((sum, { received }) => sum + received, 0);
  const sums = series.map(
    (name) => [name, hours.reduce((sum, row) => sum + valuesOf(row)[name], 0)] as const,
  );
  const at = (index: number): string => `${hours[index]?.hour ?? ""}:00:00.000Z`;
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${String(hours.length * STEP)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Events an hour over ${String(hours.length)} hours: ${count(total, "event")}, at most ${String(most)} in one`}
      >
        {hours.map((row, index) => (
          <Bar row={row} index={index} most={most} />
        ))}
      </svg>
      <div class="axis" aria-hidden="true">
        {[0, 6, 12, 18, hours.length - 1].map((index) => (
          <Time at={at(index)} only="hour" />
        ))}
      </div>
      <figcaption>
        {sums.map(([name, sum]) => (
          <span class={`key ${name}`}>
            {name} <b>{sum.toLocaleString("en")}</b>
          </span>
        ))}
      </figcaption>
      <details>
        <summary>As a table</summary>
        <Table
          caption="Events by the hour of their receipt"
          rows={hours.filter(({ received }) => received > 0).toReversed()}
          columns={[
            {
              head: "From",
              cell: (row) => (
                <a href={hourQuery(row)}>
                  <Time at={startOf(row)} />
                </a>
              ),
            },
            { head: "Received", cell: ({ received }) => received, number: true },
            ...series.map((name) => ({
              head: capital(name),
              cell: (row: HourRow) => valuesOf(row)[name],
              number: true,
            })),
          ]}
        />
      </details>
    </figure>
  );
}

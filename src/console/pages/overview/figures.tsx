/** The figures of a range on the overview, each with a link to the list behind it. */
import { type Channel, channels } from "../../../notifications/channels";
import { money } from "../../../money";
import { ORDERS_COUNT_MAX, ORDERS_SUM_MAX, type Overview } from "../../../store/overview-figures";
import { WINDOW_ROWS, type ChannelRow } from "../../../store/overview";
import type { WorklistCounts } from "../../../store/worklists/worklists";
import { worklists } from "../../../store/worklists/conditions";
import type { ChannelView } from "../../channel-view";
import { withQuery } from "../../links";
import { capital, count, duration } from "../../text";
import { lists } from "../orders/orders-page";
import { Badge, Part } from "../parts";
import { type Bar, type Range, sumOf } from "./range";

export interface FiguresProps {
  readonly range: Range;
  readonly bars: readonly Bar[];
  readonly status: Overview;
  readonly setups: readonly ChannelView[];
  readonly worklists: WorklistCounts;
}

const number = (value: number): string => value.toLocaleString("en");

/** Without a channel: all messages to people, but not forwards. */
export function messagesOf(rows: readonly ChannelRow[], status: string, of?: Channel): number {
  return rows
    .filter(({ channel }) => (of === undefined ? channel !== "forward" : channel === of))
    .reduce((sum, row) => (row.status === status ? sum + row.messages : sum), 0);
}

/** The problems within the range. */
function wrongOf({ bars, status: { messages, refusals } }: FiguresProps) {
  return {
    failing: sumOf(bars, "failed") + sumOf(bars, "quarantined"),
    unsent: messagesOf(messages, "failed"),
    refused: refusals.reduce((sum, { deliveries }) => sum + deliveries, 0),
  };
}

type Counted = readonly [messages: number, words: string];

/** `12 sent`, `1 failed`; zero is left out. */
function listed(of: readonly Counted[]): readonly string[] {
  return of.flatMap(([some, words]) => (some > 0 ? `${number(some)} ${words}` : []));
}

/** The answer to "did anything go wrong?". */
export function answerOf(props: FiguresProps): string {
  const { failing, unsent, refused } = wrongOf(props);
  const wrong = [
    failing > 0 ? `${count(failing, "event")} could not be applied` : [],
    unsent > 0 ? `${count(unsent, "message")} could not be sent` : [],
    refused > 0 ? `${count(refused, "delivery was", "deliveries were")} refused` : [],
  ].flat();
  const when = capital(props.range.words);
  const events = sumOf(props.bars, "all");
  const so =
    wrong.length > 0 ? wrong.join(", ") : events === 0 ? "no event has come" : "nothing went wrong";
  const part =
    events > WINDOW_ROWS ? ` Messages: those of the latest ${number(WINDOW_ROWS)} events.` : "";
  return `${when}, ${so}.${part}`;
}

/** `2.8 %` */
function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toLocaleString("en", { maximumFractionDigits: 1 })} %`;
}

/** `34 ms`, `0.9 s`, `2 min 5 s` */
export function lasting(ms: number): string {
  if (ms < 100) return `${String(Math.round(ms))} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : duration(ms / 1_000);
}

interface FigureProps {
  readonly name: string;
  readonly to: string;
  /** 0 is shown as "None". */
  readonly value: string | number;
  readonly details: readonly string[];
}

function Figure({ name, to, value, details }: FigureProps) {
  return (
    <a class="figure" href={to}>
      {name} <b>{typeof value === "string" ? value : value === 0 ? "None" : number(value)}</b>
      {details.map((detail) => (
        <span>{detail} </span>
      ))}
    </a>
  );
}

function OrdersFigure({ range, status: { orders } }: FiguresProps) {
  const all = orders[0]?.orders ?? 0;
  const sums = orders.flatMap(({ currency, value_micros, paid_micros, refunded_micros }) => {
    const sum = (micros: number): string => money(micros, currency ?? "");
    const back = refunded_micros > 0 ? `${sum(refunded_micros)} refunded` : [];
    return [sum(value_micros), `${sum(paid_micros)} paid`, back].flat();
  });
  return (
    <Figure
      name="Orders placed"
      to={withQuery("/console/orders", { from: range.from })}
      value={all === ORDERS_COUNT_MAX ? `${number(all)} or more` : all}
      details={all > ORDERS_SUM_MAX ? [`Of the latest ${number(ORDERS_SUM_MAX)}:`, ...sums] : sums}
    />
  );
}

export function Figures(props: FiguresProps) {
  const { range, bars, status } = props;
  const { failing, unsent } = wrongOf(props);
  const { p50, p95, events } = status.latency;
  const eventsOf = (status?: string) => withQuery("/console/events", { status, from: range.from });
  const sent = messagesOf(status.messages, "sent");
  return (
    <div class="figures">
      <OrdersFigure {...props} />
      <Figure
        name="Events"
        to={eventsOf()}
        value={sumOf(bars, "all")}
        details={listed([
          [sumOf(bars, "processed"), "applied"],
          [sumOf(bars, "received"), "waiting"],
          [failing, "failing"],
        ])}
      />
      {p50 === null || p95 === null ? null : (
        <Figure
          name="Applied within"
          to={eventsOf("processed")}
          value={lasting(p50)}
          details={[`half of the latest ${count(events, "event")}`, `95 % within ${lasting(p95)}`]}
        />
      )}
      <Figure
        name="Messages"
        to="/console/messages"
        value={sent + unsent === 0 ? 0 : `${share(sent, sent + unsent)} sent`}
        details={listed([
          [sent, "sent"],
          [unsent, "failed"],
        ])}
      />
    </div>
  );
}

export function Worklists({ worklists: counts }: FiguresProps) {
  return (
    <Part id="worklists" title="Orders that wait for a person">
      <dl class="facts">
        {worklists.map((list) => (
          <div>
            <dt>
              <a href={withQuery("/console/orders", { list })}>{lists[list].name}</a>
            </dt>
            <dd>{counts[list] === 0 ? <span class="none">none</span> : number(counts[list])}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

const messageStatuses = [
  ["sent", "sent"],
  ["failed", "failed"],
  ["pending", "waiting"],
  ["suppressed", "suppressed"],
] as const;

/** The messages of one channel by status, each number with a link to them. */
function ChannelCounts(props: { readonly rows: readonly ChannelRow[]; readonly of: Channel }) {
  const { rows, of: channel } = props;
  const of = (status: string): number => messagesOf(rows, status, channel);
  return messageStatuses
    .filter(([status]) => of(status) > 0)
    .map(([status, word]) => (
      <>
        {" "}
        <a href={withQuery("/console/messages", { channel, status })}>
          {`${number(of(status))} ${word}`}
          {status === "failed" ? ` (${share(of(status), of("sent") + of(status))})` : ""}
        </a>
      </>
    ));
}

export function Channels({ bars, status: { messages }, setups }: FiguresProps) {
  return (
    <Part id="channels" title="Messages by channel">
      <dl class="facts">
        {setups.map(({ channel, state }) => (
          <div>
            <dt>{channels[channel].label}</dt>
            <dd>
              {state !== "on" ? (
                <Badge status={state} as={state === "off" ? "not set up" : state} />
              ) : messages.some((row) => row.channel === channel) ? null : (
                <span class="none">none</span>
              )}
              <ChannelCounts rows={messages} of={channel} />
            </dd>
          </div>
        ))}
      </dl>
      {sumOf(bars, "all") > WINDOW_ROWS ? (
        <p class="soft">{`Messages of the latest ${number(WINDOW_ROWS)} events.`}</p>
      ) : null}
    </Part>
  );
}

/** The current state, in the text format of Prometheus. */
import type { Health } from "../health";
import { refusalReasons } from "../../events/refusals";
import type { ChannelRow, CountedEvents } from "../../store/overview";
import type { RefusedTotal } from "../../store/inbox/refusals";
import type { EndpointFigures } from "../forwarding/endpoints";

interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly (readonly [
    labels: Readonly<Record<string, string>>,
    value: number | null,
  ])[];
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function sampleLine(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${String(value)}`;
}

function metricText({ name, type, help, samples }: Metric): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === null ? [] : [sampleLine(name, labels, value)],
  );
  return lines.length === 0
    ? ""
    : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

/** Seconds since 1970. */
function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}

function eventMetrics(health: Health, events: readonly CountedEvents[]): readonly Metric[] {
  return [
    {
      name: "ce_webhooks_events_total",
      type: "counter",
      help: "Events received, by type and by status when counted.",
      samples: events.map(({ event_type: type, status, events: count }) => [
        { type, status },
        count,
      ]),
    },
    {
      name: "ce_webhooks_events",
      type: "gauge",
      help: "Events that stand in each status that needs an eye.",
      samples: [
        [{ status: "received" }, health.received],
        [{ status: "quarantined" }, health.quarantined],
        [{ status: "failed" }, health.failed],
      ],
    },
    {
      name: "ce_webhooks_oldest_waiting_seconds",
      type: "gauge",
      help: "Age of the oldest event that is not applied yet.",
      samples: [[{}, health.oldest_waiting_seconds ?? 0]],
    },
    {
      name: "ce_webhooks_last_received_timestamp_seconds",
      type: "gauge",
      help: "When the last event came.",
      samples: [[{}, seconds(health.last_received_at)]],
    },
    {
      name: "ce_webhooks_last_sweep_timestamp_seconds",
      type: "gauge",
      help: "When the cron last ran.",
      samples: [[{}, seconds(health.last_sweep_at)]],
    },
    {
      name: "ce_webhooks_database_bytes",
      type: "gauge",
      help: "Size of the database.",
      samples: [[{}, health.database.bytes]],
    },
    {
      name: "ce_webhooks_database_max_bytes",
      type: "gauge",
      help: "What the database may hold: DATABASE_MAX_MB.",
      samples: [[{}, health.database.max_bytes]],
    },
    {
      name: "ce_webhooks_database_full_timestamp_seconds",
      type: "gauge",
      help: "When the database will be full at the pace of the last 30 days.",
      samples: [[{}, seconds(health.database.full_on)]],
    },
  ];
}

function refusalMetric(refused: readonly RefusedTotal[]): Metric {
  const refusedFor = (reason: string): number =>
    refused.find((row) => row.reason === reason)?.deliveries ?? 0;
  return {
    name: "ce_webhooks_refused_total",
    type: "counter",
    help: "Deliveries refused at the webhook route, by reason.",
    samples: refusalReasons.map((reason) => [{ reason }, refusedFor(reason)]),
  };
}

function messageMetric(channels: readonly ChannelRow[]): Metric {
  return {
    name: "ce_webhooks_recent_messages",
    type: "gauge",
    help: "Messages of the latest events, by channel and status.",
    samples: channels.map(({ channel, status, messages }) => [{ channel, status }, messages]),
  };
}

/** One sample for each endpoint: at most twenty, and FORWARD_URL. */
function forwardMetrics(endpoints: readonly EndpointFigures[], now: Date): readonly Metric[] {
  const of = (value: (one: EndpointFigures) => number): Metric["samples"] =>
    endpoints.map((one) => [{ endpoint: one.endpoint }, value(one)]);
  return [
    {
      name: "ce_webhooks_forwards_pending",
      type: "gauge",
      help: "Forwards that are not sent yet, by endpoint, up to 10000.",
      samples: of(({ pending }) => pending),
    },
    {
      name: "ce_webhooks_forwards_oldest_seconds",
      type: "gauge",
      help: "Age of the first forward that is not sent yet, by endpoint.",
      samples: of(({ oldest_at: at }) =>
        at === null ? 0 : Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000)),
      ),
    },
    {
      name: "ce_webhooks_forwards_failed",
      type: "gauge",
      help: "Failed forwards of the latest events, by endpoint.",
      samples: of(({ failed }) => failed),
    },
    {
      name: "ce_webhooks_endpoint_stopped",
      type: "gauge",
      help: "1 where an endpoint is paused, disabled or failing.",
      samples: of(({ isStopped }) => (isStopped ? 1 : 0)),
    },
  ];
}

interface Figures {
  readonly events: readonly CountedEvents[];
  readonly channels: readonly ChannelRow[];
  readonly refused: readonly RefusedTotal[];
  readonly endpoints: readonly EndpointFigures[];
}

export function metricsText(
  health: Health,
  { events, channels, refused, endpoints }: Figures,
  now: Date,
): string {
  const metrics = [
    ...eventMetrics(health, events),
    refusalMetric(refused),
    messageMetric(channels),
    ...forwardMetrics(endpoints, now),
  ];
  return metrics.map(metricText).join("");
}

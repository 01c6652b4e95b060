/** The first page: how events arrive, what waits, what needs a person. */
import { nameType } from "../../events/form-words";
import type { Child } from "hono/jsx";
import {
  CHANNEL_ROWS,
  type ChannelRow,
  type DeliveryEnds,
  type HourRow,
  loadOverview,
} from "../../store/overview";
import { countWorklists, type WorklistCounts } from "../../store/worklists/worklists";
import { loadSize } from "../../store/retention/database-size";
import { loadQuietUntil, type QuietUntil } from "../../store/outbox/quiet-until";
import { listTroubled, type TroubledEvent } from "../../store/inbox/inspection";
import type { Settings } from "../deps";
import { type EndpointView, listEndpoints } from "../forwarding/endpoints";
import { type ChannelView, viewChannels } from "../channel-view";
import { missingPieces } from "../../store/set-up/missing-pieces";
import { loadSetUp } from "../../store/set-up/set-up";
import { type Health, healthOf } from "../health";
import { capital, duration, words } from "../text";
import type { PageContext } from "../page-context";
import { HoursChart, LastHour } from "./chart";
import { Concerns, concernsOf } from "./concerns";
import { ActionForm, Badge, Live, Part, Ref, Table, Text, Time, Empty } from "./parts";
import { Page, show } from "./page";

const TROUBLED_SHOWN = 5;
/** The latest unapplied events, each with its error. */
function Troubled({ events }: { readonly events: readonly TroubledEvent[] }) {
  if (events.length === 0) return null;
  return (
    <Table
      caption="The latest failed and quarantined events"
      shown
      rows={events}
      columns={[
        {
          head: "Type",
          as: "word",
          cell: ({ id, event_type: type }) => <Ref to="events" id={id} label={nameType(type)} />,
        },
        { head: "Status", cell: ({ status }) => <Badge status={status} /> },
        { head: "Received", cell: ({ received_at: at }) => <Time at={at} /> },
        { head: "What is wrong", cell: ({ error }) => <Text of={error} whole /> },
        { head: "Id", as: "short", cell: ({ id }) => <Text of={id} /> },
        {
          head: "Replay",
          cell: ({ id }) => (
            <ActionForm
              quiet
              to="/console/replay"
              fields={{ event: encodeURIComponent(id) }}
              label="Replay"
            />
          ),
        },
      ]}
    />
  );
}

function Figure(props: { readonly name: string; readonly to: string; readonly children?: Child }) {
  return (
    <a class="figure" href={props.to}>
      <b>{props.children}</b>
      {props.name}
    </a>
  );
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function Figures({ health }: { readonly health: Health }) {
  const { events, settled, received, quarantined, failed, oldest_waiting_seconds: wait } = health;
  return (
    <div class="figures">
      <Figure name="events in all" to="/console/events">
        {number(events)}
      </Figure>
      <Figure name="settled" to="/console/events?status=processed">
        {number(settled)}
      </Figure>
      <Figure name="waiting" to="/console/events?status=received">
        {number(received)}
      </Figure>
      <Figure name="oldest waiting" to="/console/events?status=received">
        {wait === null ? "–" : duration(wait)}
      </Figure>
      <Figure name="quarantined" to="/console/troubled?status=quarantined">
        {number(quarantined)}
      </Figure>
      <Figure name="failed" to="/console/troubled?status=failed">
        {number(failed)}
      </Figure>
    </div>
  );
}

function formOf(form: DeliveryEnds["last_form"]): string {
  if (form === null) return "";
  return form === "unknown" ? ", of unknown form" : `, ${form}`;
}

/** When the first and the last delivery were received, and in which form; before the first one, what to do. */
function Deliveries(props: {
  readonly ends: DeliveryEnds | null;
  readonly origin: string;
  readonly now: Date;
}) {
  const { ends, origin, now } = props;
  if (ends === null) {
    return (
      <Empty>
        No authentic delivery yet. Enter <code>{`${origin}/api/webhooks/ce`}</code> as the webhook
        URL in Commerce Engine; <code>{`npx ce-webhooks doctor --url ${origin}`}</code> checks the
        way there.
      </Empty>
    );
  }
  const { first_at: first, first_form, last_at: last, last_form } = ends;
  const agoS = Math.max(0, (now.getTime() - Date.parse(last)) / 1_000);
  return (
    <p class="soft">
      First delivery <Time at={first} />
      {formOf(first_form)}
      {first === last ? null : `; last one ${duration(agoS)} ago${formOf(last_form)}`}.
    </p>
  );
}

const messageStatuses = ["sent", "pending", "suppressed", "failed"] as const;

function Channels(props: {
  readonly rows: readonly ChannelRow[];
  readonly setups: readonly ChannelView[];
}) {
  const { rows, setups } = props;
  const of = (channel: string, status: string): number =>
    rows.find((row) => row.channel === channel && row.status === status)?.messages ?? 0;
  return (
    <Table
      caption={`Messages of the latest ${CHANNEL_ROWS.toLocaleString("en")} events, by channel`}
      shown
      rows={setups}
      columns={[
        {
          head: "Channel",
          cell: ({ channel }) => (
            <a href={`/console/messages?channel=${channel}`}>{words(channel)}</a>
          ),
        },
        {
          head: "Set up",
          cell: ({ state }) => <Badge status={state} />,
        },
        ...messageStatuses.map((status) => ({
          head: capital(status),
          number: true,
          cell: ({ channel }: ChannelView) => of(channel, status).toLocaleString("en"),
        })),
      ]}
    />
  );
}

interface OverviewProps {
  readonly who: string;
  readonly health: Health;
  readonly hours: readonly HourRow[];
  readonly troubled: readonly TroubledEvent[];
  readonly channels: readonly ChannelRow[];
  readonly settings: Settings;
  readonly setups: readonly ChannelView[];
  readonly quiet: QuietUntil | null;
  readonly endpoints: readonly EndpointView[];
  readonly worklists: WorklistCounts;
  readonly ends: DeliveryEnds | null;
  /** The origin of the receiver's URL. */
  readonly origin: string;
  readonly now: Date;
}

function OverviewPage(props: OverviewProps) {
  const { who, health, hours, troubled, channels, settings, setups, ends, origin, now } = props;
  const { quiet, endpoints, worklists } = props;
  const { problems, limits } = settings;
  const silenceAlertHours = limits["silence_alert_hours"];
  const figures = { problems: problems.length, silenceAlertHours };
  const state = { health, channels, setups, quiet, endpoints, worklists, ...figures };
  return (
    <Page title="Overview" who={who} path="/console">
      <h1>Overview</h1>
      <Live path="/console" beat="tick-slow">
        <Part id="attention" title="Needs attention">
          <Concerns of={concernsOf(state, now)} />
          <Troubled events={troubled} />
        </Part>
        <Part id="events" title="Events">
          <LastHour hours={hours} />
          <Figures health={health} />
          <Deliveries ends={ends} origin={origin} now={now} />
          <p class="soft">
            See also <a href="/console/refused">refused deliveries</a>.
          </p>
          <HoursChart hours={hours} />
        </Part>
        <Part id="delivery" title="Delivery">
          <Channels rows={channels} setups={setups} />
        </Part>
      </Live>
    </Page>
  );
}

export async function overview({ c, deps, who }: PageContext) {
  const now = deps.now();
  const [status, setUp, size, troubled, setups, quiet, endpoints, worklists] = await Promise.all([
    loadOverview(deps.db, now.toISOString()),
    loadSetUp(deps.db, now),
    loadSize(deps.db, deps.maxBytes, now.toISOString()),
    listTroubled(deps.db, TROUBLED_SHOWN),
    viewChannels(deps.db, deps.channelSetups),
    loadQuietUntil(deps.db),
    listEndpoints(deps.forwarding),
    countWorklists(deps.db),
  ]);
  const { hours, channels, ends } = status;
  const health = healthOf(status, missingPieces(setUp, deps.expected, now), size, now);
  return show(
    c,
    <OverviewPage
      who={who}
      health={health}
      hours={hours}
      troubled={troubled}
      channels={channels}
      settings={deps.settings}
      setups={setups}
      quiet={quiet}
      endpoints={endpoints}
      worklists={worklists}
      ends={ends}
      origin={new URL(c.req.url).origin}
      now={now}
    />,
  );
}

/** The first page: problems that need a person, and the figures of orders, events and messages in a range of time. */
import { channelNames } from "../../../notifications/channels";
import type { DeliveryEnds } from "../../../store/overview";
import { loadOverview } from "../../../store/overview-figures";
import { countWorklists } from "../../../store/worklists/worklists";
import { loadSize } from "../../../store/retention/database-size";
import { loadQuietUntil } from "../../../store/outbox/quiet-until";
import { listEndpoints } from "../../forwarding/endpoints";
import { viewChannels } from "../../channel-view";
import { missingPieces } from "../../../store/set-up/missing-pieces";
import { loadSetUp } from "../../../store/set-up/set-up";
import { healthOf } from "../../health";
import { withQuery } from "../../links";
import { capital } from "../../text";
import { asked, type PageContext, readQuery } from "../../page-context";
import { Ago, Empty, Live, Notice, Part, Tabs, Time } from "../parts";
import { Page, show } from "../page";
import { EventsChart } from "./chart";
import { type Concern, Concerns, concernsOf } from "./concerns";
import { answerOf, Channels, Figures, type FiguresProps, Worklists } from "./figures";
import { barsOf, rangeOf, rangeQuery, ranges, sumOf } from "./range";

function formOf(form: DeliveryEnds["last_form"]): string {
  if (form === null) return "";
  return form === "unknown" ? ", of unknown form" : `, ${form}`;
}

/** When the first and the last delivery were received, and in which form. */
function Deliveries({ ends }: { readonly ends: DeliveryEnds }) {
  const { first_at: first, first_form, last_at: last, last_form } = ends;
  return (
    <p class="soft">
      First delivery <Time at={first} />
      {formOf(first_form)}
      {first === last ? null : (
        <>
          ; last one <Ago at={last} />
          {formOf(last_form)}
        </>
      )}
      .
    </p>
  );
}

/** Before the first delivery: what to do. */
function NoDelivery({ origin }: { readonly origin: string }) {
  return (
    <Empty>
      No authentic delivery yet. Enter <code>{`${origin}/api/webhooks/ce`}</code> as the webhook URL
      in Commerce Engine; <code>{`npx ce-webhooks doctor --url ${origin}`}</code> checks the way
      there.
    </Empty>
  );
}

interface OverviewProps {
  readonly who: string;
  readonly problem: string | null;
  readonly figures: FiguresProps;
  readonly concerns: readonly Concern[];
  /** The origin of the receiver's URL. */
  readonly origin: string;
}

function Ranges({ here }: { readonly here: string }) {
  const tabs = Object.entries(ranges).map(([range, [words]]) => ({
    to: withQuery("/console", { range }),
    name: capital(words.replace(/^in the /, "")),
    isHere: range === here,
  }));
  return <Tabs label="Range of time" of={tabs} />;
}

function OverviewPage({ who, problem, figures, concerns, origin }: OverviewProps) {
  const {
    range,
    bars,
    status: { ends },
  } = figures;
  return (
    <Page title="Overview" who={who} path="/console">
      <div class="title">
        <h1>Overview</h1>
        <Ranges here={range.name} />
      </div>
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      <Live path={withQuery("/console", { range: range.name })} beat="tick-slow">
        {ends === null ? null : (
          <>
            <p class="summary">
              {answerOf(figures)}{" "}
              <span class="soft">
                Since <Time at={range.from} />.
              </span>
            </p>
            <Figures {...figures} />
          </>
        )}
        <Part id="attention" title="Needs attention">
          <Concerns of={concerns} />
        </Part>
        {ends === null ? (
          <NoDelivery origin={origin} />
        ) : (
          <div class="halves">
            {sumOf(bars, "all") === 0 ? null : <EventsChart range={range} bars={bars} />}
            <div>
              <Worklists {...figures} />
              <Channels {...figures} />
            </div>
          </div>
        )}
        {ends === null ? null : <Deliveries ends={ends} />}
      </Live>
    </Page>
  );
}

export async function overview({ c, deps, who }: PageContext) {
  const { query, problem } = readQuery(rangeQuery, asked(c, ["range"]));
  const now = deps.now();
  const off = channelNames.filter((name) => deps.channelSetups[name].state === "off");
  const range = rangeOf(query.range, now.toISOString(), deps.settings.time_zone);
  const [status, setUp, size, setups, quiet, endpoints, worklists] = await Promise.all([
    loadOverview(deps.db, now.toISOString(), { ...range, off }),
    loadSetUp(deps.db, now),
    loadSize(deps.db, deps.maxBytes, now.toISOString()),
    viewChannels(deps.db, deps.channelSetups),
    loadQuietUntil(deps.db),
    listEndpoints(deps.forwarding),
    countWorklists(deps.db),
  ]);
  const health = healthOf(status, missingPieces(setUp, deps.expected, now), size, now);
  const { problems, limits } = deps.settings;
  const settings = {
    problems: problems.length,
    silenceAlertHours: limits["silence_alert_hours"],
  };
  const figures = { range, bars: barsOf(range, status.counts), status, setups, worklists };
  const state = { ...figures, health, quiet, endpoints, ...settings };
  return show(
    c,
    <OverviewPage
      who={who}
      problem={problem}
      figures={figures}
      concerns={concernsOf(state, now)}
      origin={new URL(c.req.url).origin}
    />,
    problem === null ? 200 : 400,
  );
}

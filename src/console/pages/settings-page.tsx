/** How the Worker is set up, without any value of a secret. */
import { countQuieted, loadQuietUntil, type QuietUntil } from "../../store/outbox/quiet-until";
import { secretCommand } from "../../store/set-up/missing-pieces";
import { loadVerifiedBy, type VerifiedBy } from "../../store/overview";
import type { Settings } from "../deps";
import { type ChannelView, problemsOf, viewChannels } from "../channel-view";
import { checkHealth, databaseText, type Health } from "../health";
import { withQuery } from "../links";
import { VERIFIED_WINDOW } from "../api/status-routes";
import { count, words } from "../text";
import type { PageContext } from "../page-context";
import { When } from "./filters";
import { ActionForm, Badge, Facts, Notice, Part, Table, Text, Time } from "./parts";
import { Page, show } from "./page";
import { SettingsTabs } from "./messaging/parts";

function Secrets({ of, environment }: { of: Settings["secrets"]; environment: string }) {
  return (
    <Table
      caption={`Set with: ${secretCommand("NAME", environment)}`}
      shown
      rows={Object.entries(of)}
      columns={[
        { head: "Secret", cell: ([name]) => <code>{name}</code> },
        { head: "Status", cell: ([, isSet]) => <Badge status={isSet ? "set" : "not set"} /> },
      ]}
    />
  );
}

function Verified({ by, hasPrevious }: { readonly by: VerifiedBy; readonly hasPrevious: boolean }) {
  const { window, current, previous, last_previous_at: last } = by;
  return (
    <>
      <p>
        {`Of the latest ${count(window, "event")} the current secret verified ${current.toLocaleString("en")}, the previous one ${previous.toLocaleString("en")}.`}{" "}
        {last === null ? null : (
          <>
            The previous one last at <Time at={last} />.
          </>
        )}
      </p>
      <p>
        {!hasPrevious
          ? "To change it, set the old one as CE_WEBHOOK_SECRET_PREVIOUS first: both are taken until it is removed."
          : previous === 0
            ? "Nothing is signed with the previous secret any more: it can be removed."
            : "The previous secret is still in use: keep it until it has verified none of these."}
      </p>
    </>
  );
}

/** The state of a channel; a channel that has lost a setting can be switched off permanently. */
function ChannelDetail({ of }: { readonly of: ChannelView }) {
  const { channel, state, missing, held, last_configured_at: last } = of;
  if (state === "on") return null;
  const needed =
    missing.length === 0 ? "A value cannot be used." : `Missing: ${missing.join(", ")}.`;
  return (
    <>
      {needed}{" "}
      {state === "off" ? null : (
        <a href={withQuery("/console/messages", { channel, status: "pending" })}>
          {`${count(held, "message")} held back`}
        </a>
      )}
      {last === null ? null : (
        <>
          . Last set up <Time at={last} />
        </>
      )}
      {state === "lost" ? (
        <ActionForm
          to="/console/forget-channel"
          fields={{ channel }}
          label="Switch off for good"
          ask={
            <p>
              What it holds back is suppressed, and the alerts end. Nothing is lost: it can be sent
              later, together, once the channel is set up.
            </p>
          }
        />
      ) : null}
    </>
  );
}

function Channels({ of }: { readonly of: readonly ChannelView[] }) {
  return (
    <Table
      caption="Off: its messages are suppressed. Incomplete or lost: they wait until it is set up."
      shown
      rows={of}
      columns={[
        { head: "Channel", cell: ({ channel }) => words(channel) },
        { head: "Status", cell: ({ state }) => <Badge status={state} /> },
        { head: "What is missing", as: "wide", cell: (one) => <ChannelDetail of={one} /> },
      ]}
    />
  );
}

const quietProblems: Readonly<Record<string, string>> = {
  malformed: "That is not a time. Nothing was changed.",
  ahead: "That lies more than a day ahead. Nothing was changed.",
};

/** The state of quiet-until, and how many pending messages it suppresses. */
interface Quiet {
  readonly is: QuietUntil | null;
  readonly messages: number;
}

/** The form of quiet-until: after a restore, for a first import, or while the vendor sends events again. */
function Quieting({ is, messages }: Quiet) {
  const until = is?.until ?? null;
  return (
    <>
      <p>
        Messages to customers and the team about what happened before a moment are suppressed, so
        that events which come again after a restore, or come late, notify nobody twice. Forwards,
        alerts and the state of orders are not touched.
      </p>
      <p>
        {until === null ? (
          "At present nothing is suppressed."
        ) : (
          <>
            At present: what happened before <b>{<Time at={until} />}</b>
            {messages === 0 ? "." : `, among it ${count(messages, "message")} that wait.`}
          </>
        )}{" "}
        {is === null ? null : (
          <>
            {until === null ? "Taken back" : "Set"} <Time at={is.setAt} />.
          </>
        )}
      </p>
      <div class="actions">
        <ActionForm
          to="/console/quiet-until"
          label="Suppress what is past"
          ask={
            <p>
              Messages that wait are included. What is suppressed is not sent later by itself; a
              person can send it.
            </p>
          }
        >
          <When name="until" label="What happened before (blank: now)" values={{}} />
        </ActionForm>
        {until === null ? null : (
          <ActionForm to="/console/quiet-until/take-back" label="Take it back" quiet />
        )}
      </div>
    </>
  );
}

interface SettingsProps {
  readonly who: string;
  readonly settings: Settings;
  readonly channels: readonly ChannelView[];
  readonly verified: VerifiedBy;
  readonly health: Health;
  readonly hasAccess: boolean;
  readonly quiet: Quiet;
  /** Why it could not be set. */
  readonly quietProblem: string | undefined;
}

/** `receipt_timeout_ms`: 2000 -> receipt timeout, 2,000 ms. */
function valuesOf(of: Readonly<Record<string, string | number>>) {
  return Object.entries(of).map(([name, value]) => {
    const [, what = name, unit = ""] = /^(.*)_(bytes|ms|hours|days)$/.exec(name) ?? [];
    return [words(what), `${value.toLocaleString("en")} ${unit}`] as const;
  });
}

function allowedWords(allowlist: Settings["allowlist"]): string {
  if (allowlist === null) return "everyone";
  return allowlist.length === 0 ? "no one (MESSAGE_ALLOWLIST)" : allowlist.join(", ");
}

function SettingsPage(props: SettingsProps) {
  const { who, settings, channels, verified, health, hasAccess, quiet, quietProblem } = props;
  const sweptAt = health.last_sweep_at;
  const { secrets, versions, limits, time_zone: zone, environment, allowlist } = settings;
  const asked = quietProblem === undefined ? [] : [quietProblem];
  const problems = [...asked, ...problemsOf(channels), ...settings.problems];
  return (
    <Page title="Settings" who={who} path="/console/settings">
      <h1>Settings</h1>
      <SettingsTabs here="/console/settings" />
      {problems.map((problem) => (
        <Notice bad>
          <Text of={problem} whole />
        </Notice>
      ))}
      <div class="columns">
        <Part id="secrets" title="Secrets">
          <Secrets of={secrets} environment={environment} />
        </Part>
        <Part id="channels" title="Channels">
          <Channels of={channels} />
        </Part>
      </div>
      <Part id="rotation" title="Changing the webhook secret">
        <Verified by={verified} hasPrevious={secrets["CE_WEBHOOK_SECRET_PREVIOUS"] === true} />
      </Part>
      <Part id="quiet-until" title="Messages about the past">
        <Quieting {...quiet} />
      </Part>
      <div class="columns">
        <Part id="limits" title="Limits">
          <Facts of={valuesOf(limits)} />
        </Part>
        <Part id="versions" title="Version and state">
          <Facts
            of={[
              ...valuesOf(versions),
              ["Environment", environment],
              ["Customers’ messages go to", <Text of={allowedWords(allowlist)} whole />],
              ["Time zone", zone ?? "not set"],
              ["Cloudflare Access", <Badge status={hasAccess ? "set" : "not set"} />],
              ["Database", databaseText(health.database)],
              ["Last run of the cron", sweptAt === null ? "never" : <Time at={sweptAt} />],
            ]}
          />
        </Part>
      </div>
    </Page>
  );
}

export async function settings({ c, deps, who }: PageContext) {
  const [health, verified, channels, is] = await Promise.all([
    checkHealth(deps),
    loadVerifiedBy(deps.db, VERIFIED_WINDOW),
    viewChannels(deps.db, deps.channelSetups),
    loadQuietUntil(deps.db),
  ]);
  const until = is?.until ?? null;
  const quiet = { is, messages: until === null ? 0 : await countQuieted(deps.db, until) };
  const quietProblem = quietProblems[c.req.query("quiet") ?? ""];
  const hasAccess = deps.admin.access !== null;
  return show(
    c,
    <SettingsPage
      who={who}
      {...{ settings: deps.settings, channels, verified, health, hasAccess, quiet, quietProblem }}
    />,
  );
}

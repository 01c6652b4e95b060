/** Every message: its channels, whether it is on, and the languages of its texts. */
import { type Channel, channelNames, channels } from "../../../notifications/channels";
import { type Template, templates } from "../../../notifications/templates";
import { DEFAULT_LANGUAGE, languageCodes, languages } from "../../../notifications/texts";
import { noteSwitch } from "../../activity/note";
import { withQuery } from "../../links";
import { fieldOf, type PageContext } from "../../page-context";
import { type SwitchView, switchMessage, viewSwitches } from "../../shop/settings";
import { Ago, type Column, Table, Text } from "../parts";
import { Page, show } from "../page";
import { labelOf, MESSAGES, SettingsTabs } from "./parts";

interface Row {
  readonly template: Template;
  readonly switches: readonly SwitchView[];
}

function rowsOf(switches: readonly SwitchView[]): readonly Row[] {
  return [...new Set(switches.map(({ template }) => template))].map((template) => ({
    template,
    switches: switches.filter((one) => one.template === template),
  }));
}

/** A switch; it shows who changed it, and when. */
function Switch({ of }: { readonly of: SwitchView }) {
  const { template, channel, is_on: isOn, changed_at: at, changed_by: by } = of;
  return (
    <form method="post" action={`${MESSAGES}/switch`}>
      <input type="hidden" name="template" value={template} />
      <input type="hidden" name="channel" value={channel} />
      <button
        class="switch"
        name="to"
        value={isOn ? "off" : "on"}
        role="switch"
        aria-checked={isOn ? "true" : "false"}
        aria-label={`${labelOf(template)}, ${channels[channel].label}`}
      >
        {isOn ? "On" : "Off"}
      </button>
      {at === null ? null : (
        <small>
          <Text of={by} />, <Ago at={at} />
        </small>
      )}
    </form>
  );
}

const columnOf = (channel: Channel, isOn: boolean): Column<Row> => ({
  head: isOn ? channels[channel].label : `${channels[channel].label} (not set up)`,
  cell: ({ switches }) => {
    const found = switches.find((one) => one.channel === channel);
    return found === undefined ? <span class="none">–</span> : <Switch of={found} />;
  },
});

/** Texts to the team are only in English. */
function Languages({ name, isTeam = false }: { readonly name: string; readonly isTeam?: boolean }) {
  const codes = isTeam ? [DEFAULT_LANGUAGE] : languageCodes;
  return (
    <>
      {codes.map((code, index) => (
        <>
          {index === 0 ? null : " · "}
          <a href={withQuery(`${MESSAGES}/${name}`, { language: code })} lang={code}>
            {languages[code].name}
          </a>
        </>
      ))}
    </>
  );
}

function Name({ of: template }: { readonly of: Template }) {
  const { docs } = templates[template];
  return (
    <>
      <a href={`${MESSAGES}/${template}`}>{labelOf(template)}</a>
      <small>{docs.when.replaceAll("`", "")}</small>
    </>
  );
}

interface MessagesProps {
  readonly who: string;
  readonly switches: readonly SwitchView[];
  readonly isOn: (channel: Channel) => boolean;
}

function MessagesPage({ who, switches, isOn }: MessagesProps) {
  const used = channelNames.filter((name) => switches.some(({ channel }) => channel === name));
  return (
    <Page title="Messages and texts" who={who} path={MESSAGES}>
      <h1>Messages and texts</h1>
      <SettingsTabs here={MESSAGES} />
      <p class="soft">
        Switch off what another system sends already: it is then recorded as suppressed. What waits
        is decided when its turn comes.
      </p>
      <div class="switches">
        <Table
          caption="Every message and its channels"
          rows={rowsOf(switches)}
          columns={[
            { head: "Message", as: "wide", cell: ({ template }) => <Name of={template} /> },
            ...used.map((channel) => columnOf(channel, isOn(channel))),
            {
              head: "Texts",
              cell: ({ template }) => (
                <Languages name={template} isTeam={templates[template].audience === "team"} />
              ),
            },
          ]}
        />
      </div>
      <p>
        What several messages say: <a href={`${MESSAGES}/shared`}>to customers</a>,{" "}
        <a href={`${MESSAGES}/team`}>to the team</a>.
      </p>
    </Page>
  );
}

export async function messagesAndTexts({ c, deps, who }: PageContext): Promise<Response> {
  const switches = await viewSwitches(deps.shop);
  return show(c, <MessagesPage {...{ who, switches, isOn: deps.shop.isOn }} />);
}

/** Switches one message; unknown values change nothing. */
export async function turnSwitch(context: PageContext): Promise<Response> {
  const { c, deps, who } = context;
  const [name, way, to] = [
    await fieldOf(c, "template"),
    await fieldOf(c, "channel"),
    await fieldOf(c, "to"),
  ];
  const found = (await viewSwitches(deps.shop)).find(
    ({ template, channel }) => template === name && channel === way,
  );
  if (found !== undefined && (to === "on" || to === "off")) {
    const { template, channel } = found;
    await switchMessage(deps.shop, { template, channel, is_on: to === "on" }, who);
    noteSwitch(c, { template, channel, is_on: to === "on" });
  }
  return c.redirect(MESSAGES, 303);
}

/** The shop's settings for messages in one form, with a preview of an e-mail beside it. */
import type { SettingKind } from "../../../notifications/shop/kinds";
import { changeSetting, resetSetting, type SettingView, viewSettings } from "../../shop/settings";
import { languages, languageCodes } from "../../../notifications/texts";
import { noteChanges } from "../../activity/note";
import { formOf, type PageContext } from "../../page-context";
import { count } from "../../text";
import { Ago, Notice, Part, Text } from "../parts";
import { Page, show } from "../page";
import { changedIn, Field, labelOf, MailLooks, MESSAGES, SettingsTabs, SHOP } from "./parts";

/** Folded groups: a shop that needs them sets them once. */
const groups: Readonly<Record<string, { readonly title: string; readonly isFolded?: true }>> = {
  look: { title: "Look" },
  contact: { title: "How customers reach the shop" },
  links: { title: "Links" },
  social: { title: "Social" },
  quiet_hours: { title: "Quiet hours" },
  dlt: { title: "SMS in India (DLT)", isFolded: true },
  whatsapp: { title: "WhatsApp templates", isFolded: true },
};

const inputmodes: Readonly<Partial<Record<SettingKind, "url" | "email" | "tel" | "numeric">>> = {
  url: "url",
  order_url: "url",
  email: "email",
  phone: "tel",
  dlt_id: "numeric",
};

const modeOf = (kind: string) => Object.entries(inputmodes).find(([name]) => name === kind)?.[1];

/** `whatsapp_content_sid.shipment_update.shipped.hi` -> Shipment update, shipped (हिन्दी). */
function nameOf(name: string): string {
  const [, family, rest = ""] = /^(dlt_template_id|whatsapp_content_sid)\.(.*)$/.exec(name) ?? [];
  if (family === undefined) return labelOf(name);
  const language = languageCodes.find((code) => rest.endsWith(`.${code}`));
  return language === undefined
    ? labelOf(rest)
    : `${labelOf(rest.slice(0, -language.length - 1))} (${languages[language].name})`;
}

/** The refused input and the reasons, by the name of the setting. */
interface Refused {
  readonly typed: ReadonlyMap<string, string>;
  readonly problems: ReadonlyMap<string, string>;
}

const nothing: Refused = { typed: new Map(), problems: new Map() };

/** Where the value comes from. */
function Source({ of }: { readonly of: SettingView }) {
  const { value, from, changed_at: at, changed_by: by, problem } = of;
  if (problem !== null) return <>What was set is not usable and is ignored: {problem}.</>;
  if (from === "console") {
    return (
      <>
        Set by <Text of={by} /> <Ago at={at} />.
      </>
    );
  }
  if (value === null) return null;
  return <>{from === "default" ? "This is the default." : `From ${from ?? ""}.`}</>;
}

/** An SVG attribute, because the policy forbids inline styles. */
function Swatch({ colour }: { readonly colour: string }) {
  return (
    <svg class="swatch" width="16" height="16" aria-hidden="true">
      <rect width="16" height="16" rx="4" fill={colour} />
    </svg>
  );
}

function Setting({ of, refused }: { readonly of: SettingView; readonly refused: Refused }) {
  const { name, kind, help, value, from } = of;
  const own = from === "console" ? (value ?? "") : "";
  return (
    <Field
      name={name}
      label={nameOf(name)}
      value={own}
      was={of.problem === null ? undefined : "?"}
      typed={refused.typed.get(name)}
      problem={refused.problems.get(name) ?? null}
      placeholder={from === "console" ? undefined : (value ?? undefined)}
      inputmode={modeOf(kind)}
      rows={kind === "lines" ? 3 : undefined}
      hint={
        <>
          {kind === "colour" && value !== null ? <Swatch colour={value} /> : null} {help}.{" "}
          <Source of={of} />
        </>
      }
    />
  );
}

function Group(props: {
  readonly name: string;
  readonly settings: readonly SettingView[];
  readonly refused: Refused;
}) {
  const { name, refused } = props;
  const { title = labelOf(name), isFolded } = groups[name] ?? {};
  const settings = props.settings.filter(({ group }) => group === name);
  const fields = (
    <div class="fields">
      {settings.map((of) => (
        <Setting of={of} refused={refused} />
      ))}
    </div>
  );
  if (isFolded === undefined) {
    return (
      <fieldset>
        <legend>{title}</legend>
        {fields}
      </fieldset>
    );
  }
  const set = settings.filter(({ from }) => from === "console").length;
  const isWrong = settings.some((one) => refused.problems.has(one.name));
  return (
    <details id={name} open={isWrong}>
      <summary>{`${title}: ${String(set)} of ${count(settings.length, "setting")} set`}</summary>
      {fields}
    </details>
  );
}

interface ShopProps {
  readonly who: string;
  readonly settings: readonly SettingView[];
  readonly halfDone: readonly string[];
  readonly refused: Refused;
  readonly isSaved: boolean;
}

function ShopPage({ who, settings, halfDone, refused, isSaved }: ShopProps) {
  const wrong = refused.problems.size;
  return (
    <Page title="Shop" who={who} path={SHOP}>
      <h1>Shop</h1>
      <SettingsTabs here={SHOP} />
      {isSaved ? <Notice>Saved. What goes out from now on shows it.</Notice> : null}
      {wrong === 0 ? null : (
        <Notice bad>{`${count(wrong, "setting")} not saved: see below. The others are.`}</Notice>
      )}
      {halfDone.map((text) => (
        <Notice>{text}</Notice>
      ))}
      <div class="with-look">
        <form method="post" action={SHOP} class="filters settings">
          <p class="soft">
            What is left blank comes from the variable that is named below it, or is the default.
          </p>
          {Object.keys(groups).map((name) => (
            <Group name={name} settings={settings} refused={refused} />
          ))}
          <div class="save">
            <button>Save</button>
          </div>
        </form>
        <Part id="look" title="An e-mail as it looks" class="look">
          <MailLooks
            to={`${MESSAGES}/order_confirmed/preview?language=`}
            title="The confirmation of an order"
          />
        </Part>
      </div>
    </Page>
  );
}

async function showShop(
  { c, deps, who }: PageContext,
  refused: Refused,
  isSaved: boolean,
): Promise<Response> {
  const { settings, halfDone } = await viewSettings(deps.shop);
  const page = <ShopPage {...{ who, settings, halfDone, refused, isSaved }} />;
  return show(c, page, refused.problems.size === 0 ? 200 : 400);
}

export async function shop(context: PageContext): Promise<Response> {
  return await showShop(context, nothing, context.c.req.query("saved") !== undefined);
}

/** Saves the changes; a blank field goes back to the variable, or the default. */
export async function saveShop(context: PageContext): Promise<Response> {
  const { c, deps, who } = context;
  const { settings } = await viewSettings(deps.shop);
  const changed = changedIn(
    await formOf(c),
    settings.map(({ name }) => name),
  );
  const problems = new Map<string, string>();
  for (const [name, text] of changed) {
    const saved =
      text === ""
        ? await resetSetting(deps.shop, name)
        : await changeSetting(deps.shop, name, text, who);
    if (!saved.ok) problems.set(name, saved.reason.replace(`${name}: `, ""));
  }
  noteChanges(
    c,
    "setting_changed",
    [...changed.keys()].filter((name) => !problems.has(name)),
  );
  if (problems.size === 0) return c.redirect(`${SHOP}?saved=1`, 303);
  return await showShop(context, { typed: changed, problems }, false);
}

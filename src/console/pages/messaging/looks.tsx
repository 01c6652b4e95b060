/** Previews of one message on each of its channels, and a test that the reader can send to themselves. */
import { type Channel, channels } from "../../../notifications/channels";
import type { Sample } from "../../../notifications/samples";
import type { Shop } from "../../../notifications/shop";
import { DLT_TEMPLATE, settingOf, WHATSAPP_CONTENT } from "../../../notifications/shop/settings";
import type { LanguageCode } from "../../../notifications/texts";
import { count, visible } from "../../text";
import { Facts, Notice, Part, Text } from "../parts";
import { MailLooks, SHOP } from "./parts";

/** A requested test: the input as typed, and the result. */
export interface Tested {
  readonly channel: Channel;
  readonly recipient: string;
  readonly problem: string | null;
  /** A customer has ordered with this recipient: the person must confirm that it is their own. */
  readonly isCustomers: boolean;
  readonly done: string | null;
}

interface LookProps {
  readonly sample: Sample;
  readonly shop: Shop;
  /** The template and, if it has several texts, which one. */
  readonly name: string;
  readonly language: LanguageCode;
  /** The path of the e-mail. */
  readonly preview: string;
}

function Plain({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <pre tabindex={0} class="sms" aria-label={label}>
      {visible(text)}
    </pre>
  );
}

/** The id, or a link to its setting. */
function Id({ of, group }: { readonly of: string | undefined; readonly group: string }) {
  return of === undefined ? <a href={`${SHOP}#${group}`}>not set</a> : <Text of={of} whole />;
}

function MailLook({ sample: { shown }, preview }: LookProps) {
  return (
    <>
      <p>
        <b>{visible(shown.subject ?? "")}</b>
      </p>
      <MailLooks to={preview} title="The e-mail" />
      <details>
        <summary>As plain text</summary>
        <pre tabindex={0} aria-label="Plain text">
          {visible(shown.text)}
        </pre>
      </details>
    </>
  );
}

function SmsLook({ sample, shop, name }: LookProps) {
  const { shown, sms } = sample;
  if (sms === null) return null;
  const { encoding, characters, segments } = sms.size;
  return (
    <>
      <Plain text={shown.text} label="Text message" />
      <p class="soft">
        {`${encoding}, ${count(characters, "character")}, ${count(segments, "segment")}`}
      </p>
      <details>
        <summary>Words to register (DLT)</summary>
        <Facts
          of={[
            ["Template id", <Id of={shop.ofTexts[settingOf(DLT_TEMPLATE, name)]} group="dlt" />],
            ["Entity id", <Id of={shop.ofTexts["dlt_entity_id"]} group="dlt" />],
          ]}
        />
        {sms.registered.map((text) => (
          <Plain text={text} label="Words to register" />
        ))}
      </details>
    </>
  );
}

function WhatsAppLook({ sample: { shown }, shop, name, language }: LookProps) {
  return (
    <>
      <p class="soft">The words are those of the approved template; these are its variables.</p>
      <Plain text={shown.text} label="Variables" />
      <Facts
        of={[
          [
            "Content id",
            <Id of={shop.ofTexts[settingOf(WHATSAPP_CONTENT, name, language)]} group="whatsapp" />,
          ],
        ]}
      />
    </>
  );
}

function LookOf(props: LookProps) {
  switch (props.sample.channel) {
    case "email":
      return <MailLook {...props} />;
    case "sms":
      return <SmsLook {...props} />;
    case "whatsapp":
      return <WhatsAppLook {...props} />;
    case "team":
    case "forward":
      return <Plain text={props.sample.shown.text} label="Message to the team" />;
  }
}

interface TestProps {
  readonly channel: Channel;
  readonly to: string;
  readonly isOn: boolean;
  readonly tested: Tested | null;
}

function TestForm({ channel, to, isOn, tested }: TestProps) {
  const { label, audience } = channels[channel];
  if (audience !== "customer") return null;
  if (!isOn) return <p class="soft">{`${label} is not set up, so no test can be sent.`}</p>;
  const mine = tested?.channel === channel ? tested : null;
  const problem = mine?.problem ?? null;
  const id = `test-${channel}`;
  const isMail = channel === "email";
  return (
    <form method="post" action={to} class="filters settings test">
      <input type="hidden" name="channel" value={channel} />
      <label for={id}>{isMail ? "Your e-mail address" : "Your phone number"}</label>
      <div class="search">
        <input
          id={id}
          name="recipient"
          type={isMail ? "email" : "tel"}
          value={mine === null ? "" : visible(mine.recipient)}
          placeholder={isMail ? undefined : "+919876543210"}
          required
          aria-invalid={problem === null ? undefined : "true"}
          aria-describedby={problem === null ? undefined : `${id}-hint`}
        />
        <button class="outline">Send a test to me</button>
      </div>
      <small class="soft">The test says what is saved.</small>
      {problem === null ? null : (
        <small id={`${id}-hint`} class="problem">{`Not sent: ${problem}`}</small>
      )}
      {mine?.isCustomers === true ? (
        <label>
          <input type="checkbox" name="own" value="1" required />
          It is my own, although a customer has ordered with it
        </label>
      ) : null}
    </form>
  );
}

export interface LooksProps extends Omit<LookProps, "sample"> {
  readonly samples: readonly Sample[];
  /** The path to which a test is posted. */
  readonly test: string;
  readonly isOn: (channel: Channel) => boolean;
  readonly tested: Tested | null;
}

export function Looks({ samples, test, isOn, tested, ...look }: LooksProps) {
  return (
    <>
      {samples.map((sample) => {
        const { channel } = sample;
        const done = tested?.channel === channel ? tested.done : null;
        return (
          <Part id={`look-${channel}`} title={channels[channel].label}>
            {done === null ? null : <Notice>{done}</Notice>}
            <LookOf sample={sample} {...look} />
            <TestForm channel={channel} to={test} isOn={isOn(channel)} tested={tested} />
          </Part>
        );
      })}
    </>
  );
}

/** One message: its recipient, its status, how it looked, and the resend. */
import type { Shown } from "../../../notifications/channels/channel";
import { findChannel } from "../../../notifications/channels";
import { HELD_BACK } from "../../../notifications/channels/reasons";
import { isBare, loadMessage, type Message } from "../../../store/outbox/message-list";
import { parseRendered, type Rendered } from "../../../store/outbox/rendered";
import { loadFactsOf } from "../../../store/outbox/outbox-facts";
import type { AdminApiDeps } from "../../deps";
import { layOutJson } from "../../json-text";
import { below, pathTo, withNotice } from "../../links";
import { capital, visible, words } from "../../text";
import { idIn, type PageContext } from "../../page-context";
import { loadMaking } from "../../texts/samples";
import { answerMail } from "./mail-frame";
import { ActionForm, Badge, Empty, Facts, Live, Notice, Part, Ref, Text, Time } from "../parts";
import { Attempts } from "../endpoints/endpoint-parts";
import { Page, show } from "../page";
import { PlainPage } from "../sign-in-page";

function About({ message }: { readonly message: Message }) {
  const { order_number: order, event_id: event, subject_id: subject } = message;
  return (
    <Facts
      of={[
        ["To", <Text of={message.recipient} whole />],
        ["Channel", words(message.channel)],
        [
          "Endpoint",
          message.endpoint === null ? null : <Ref to="endpoints" id={message.endpoint} />,
        ],
        ["Order", order === null ? null : <Ref to="orders" id={order} />],
        ["About", subject === null || subject === order ? null : <Text of={subject} />],
        ["Caused by", event === null ? null : <Ref to="events" id={event} />],
        ["Created", <Time at={message.created_at} />],
        ["Happened", message.happened_at === null ? null : <Time at={message.happened_at} />],
        ["Due", <Time at={message.due_at} />],
        [
          "Next attempt",
          message.status === "pending" ? <Time at={message.next_attempt_at} /> : null,
        ],
        ["Sent", message.sent_at === null ? null : <Time at={message.sent_at} />],
        ["Attempts", String(message.attempts)],
        ["Resends", message.resends === 0 ? null : `${String(message.resends)} ×`],
        [
          "Provider’s id",
          message.provider_message_id === null ? null : (
            <Text of={message.provider_message_id} whole />
          ),
        ],
        ["Id", <Text of={message.id} whole />],
      ]}
    />
  );
}

function Source({ title, value }: NonNullable<Shown["source"]>) {
  return (
    <details>
      <summary>{title}</summary>
      <pre tabindex={0} aria-label="As the provider takes it">
        {layOutJson(JSON.stringify(value)).map(({ text }) => visible(text))}
      </pre>
    </details>
  );
}

/** The text alone: in a frame of its own if the message has no other form. */
function Words({ of: { text, html, source } }: { readonly of: Shown }) {
  if (source !== undefined) return <p>{visible(text)}</p>;
  if (html === undefined) {
    return (
      <pre tabindex={0} class="sms" aria-label="Text message">
        {visible(text)}
      </pre>
    );
  }
  return (
    <details>
      <summary>As plain text</summary>
      <pre tabindex={0} aria-label="Plain text">
        {visible(text)}
      </pre>
    </details>
  );
}

type Looks = Pick<Rendered, "channel" | "message">;

function Preview(props: { readonly sent: Looks; readonly path: string; readonly title: string }) {
  const { sent, path, title } = props;
  if (sent.message === null) return <p>{sent.channel.note}</p>;
  const shown = sent.channel.show(sent.message);
  return (
    <>
      {shown.subject === undefined ? null : (
        <p>
          Subject: <b>{visible(shown.subject)}</b>
        </p>
      )}
      {shown.html === undefined ? null : (
        <iframe
          src={below(path, "preview")}
          title={`The e-mail: ${title}`}
          sandbox=""
          loading="lazy"
        />
      )}
      <Words of={shown} />
      {shown.source === undefined ? null : <Source {...shown.source} />}
    </>
  );
}

function Question({ message }: { readonly message: Message }) {
  const wasSent = message.status === "sent";
  return (
    <p>
      {wasSent
        ? "It went out already: the recipient will get it once more."
        : "It is written again with what is known now, and sent if it is still true."}
    </p>
  );
}

/** Why there is nothing to show. `attempts` counts every claim: without a claim, nothing can have been sent. */
function whyNotShown({ status, attempts, channel }: Message): string {
  const note = findChannel(channel)?.note;
  if (status === "pending") return note ?? "It is rendered when its turn comes.";
  if (status === "sent") return "It went out. What was sent is not kept any more.";
  return attempts === 0
    ? "It was never rendered: nothing went out."
    : "If it was rendered, that is not kept any more.";
}

const heldBack = (
  <>
    {": it is held back. It is sent once its channel is set up, if it is still true then. "}
    <a href="/console/settings">Settings</a> say what is missing.
  </>
);

/** The message as it was rendered, otherwise as it would be rendered now. */
function Reading({
  message,
  would,
  path,
}: Pick<MessageProps, "message" | "would"> & { readonly path: string }) {
  const sent = parseRendered(message.rendered);
  const was = message.status === "sent" ? "As it was sent" : "As it was rendered";
  const title = sent === null && would !== null ? "As it would read now" : was;
  const looks = sent ?? would;
  return (
    <Part id="preview" title={title}>
      {sent !== null || would === null ? null : (
        <p class="soft">This rendering was neither sent nor stored: it shows what is known now.</p>
      )}
      {looks === null ? (
        <Empty>{whyNotShown(message)}</Empty>
      ) : (
        <Preview sent={looks} path={path} title={title} />
      )}
    </Part>
  );
}

interface MessageProps {
  readonly who: string;
  readonly message: Message;
  /** Rendered with current data; null if it was rendered before, or cannot be. */
  readonly would: Looks | null;
  /** A person has just resent it. */
  readonly isResent: boolean;
}

/** The result of a resend, from the current status of the message; the reason is shown below. */
function resent({ status }: Message): string {
  if (status === "pending") return "It is on its way.";
  return status === "sent" ? "It was sent." : "It was not sent.";
}

function MessagePage({ who, message, would, isResent }: MessageProps) {
  const own = pathTo("messages", message.id) ?? "";
  const path = isResent ? withNotice(own, "sending") : own;
  const isPending = message.status === "pending";
  const name = capital(words(message.template));
  return (
    <Page title={name} who={who} path="/console/messages">
      <Live path={path} beat={isPending ? "tick" : null}>
        <div class="title">
          <h1>
            {name} <Badge status={message.status} />
          </h1>
          {isPending || isBare(message) ? null : (
            <ActionForm
              to={`/console/send-again`}
              fields={{ message: encodeURIComponent(message.id) }}
              label="Resend"
              ask={<Question message={message} />}
            />
          )}
        </div>
        {isResent ? (
          <Notice bad={message.status !== "sent" && !isPending}>{resent(message)}</Notice>
        ) : null}
        {message.reason === null ? null : (
          <Notice bad={message.status === "failed"}>
            {message.status === "suppressed" ? "Not sent: " : null}
            <Text of={message.reason} whole />
            {message.reason === HELD_BACK ? heldBack : null}
          </Notice>
        )}
        {message.error === null || message.error === message.reason ? null : (
          <Notice bad>
            <Text of={message.error} whole />
          </Notice>
        )}
        <About message={message} />
        {message.attempt_log === null ? null : (
          <Part id="attempts" title="Attempts">
            <Attempts of={message.attempt_log} />
          </Part>
        )}
        <Reading message={message} would={would} path={own} />
      </Live>
    </Page>
  );
}

const unknown = { title: "No such message", text: "No message has this id." };

/** Never stored. Null if the message was rendered or sent, or if its data no longer exists. */
async function looksNow(deps: AdminApiDeps, row: Message): Promise<Looks | null> {
  if (row.rendered !== null || row.status === "sent" || isBare(row)) return null;
  const channel = findChannel(row.channel);
  if (channel === null) return null;
  const [making, facts] = await Promise.all([loadMaking(deps), loadFactsOf(deps.db, row.id)]);
  if (facts === null) return null;
  const message = deps.samples.preview({ row, context: row.context, facts, ...making });
  return message === null ? null : { channel, message };
}

export async function message({ c, deps, who }: PageContext) {
  const found = await loadMessage(deps.db, idIn(c, "id"));
  if (found === null) return show(c, <PlainPage {...unknown} who={who} />, 404);
  const isResent = c.req.query("sending") !== undefined;
  const would = await looksNow(deps, found);
  return show(c, <MessagePage who={who} message={found} would={would} isResent={isResent} />);
}

/** The e-mail itself, for the frame on its page. */
export async function preview({ c, deps, who }: PageContext) {
  const found = await loadMessage(deps.db, idIn(c, "id"));
  const looks = found && (parseRendered(found.rendered) ?? (await looksNow(deps, found)));
  const message = looks?.message ?? null;
  const html = message === null ? undefined : looks?.channel.show(message).html;
  if (html === undefined) return show(c, <PlainPage {...unknown} who={who} />, 404);
  const { shop } = await loadMaking(deps);
  return answerMail(c, html, shop.logoUrl);
}

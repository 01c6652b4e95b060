/** One message: its recipient, its status, how it looked, and the resend. */
import type { Shown } from "../../../notifications/channels/channel";
import { HELD_BACK } from "../../../notifications/channels/reasons";
import { isBare, loadMessage, type Message } from "../../../store/outbox/message-list";
import { parseRendered, type Rendered } from "../../../store/outbox/rendered";
import { layOutJson } from "../../json-text";
import { below, pathTo } from "../../links";
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
        ["Due", message.due_at === "" ? null : <Time at={message.due_at} />],
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

function Preview({ sent, path }: { readonly sent: Rendered; readonly path: string }) {
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
          title="The e-mail as it was sent"
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
        : "It will be rendered from what is known now, and sent if it is still true, also where its message is switched off."}
    </p>
  );
}

/** Why there is nothing to show. `attempts` counts every claim: without a claim, nothing can have been sent. */
function whyNotShown({ status, attempts }: Message): string {
  if (status === "pending") return "It is rendered when its turn comes.";
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

function MessagePage(props: {
  readonly who: string;
  readonly message: Message;
  readonly notice: string | null;
}) {
  const { who, message, notice } = props;
  const path = pathTo("messages", message.id) ?? "";
  const sent = parseRendered(message.rendered);
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
        {notice !== null && isPending ? <Notice>{notice}</Notice> : null}
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
        <Part id="preview" title="As it was sent">
          {sent === null ? (
            <Empty>{whyNotShown(message)}</Empty>
          ) : (
            <Preview sent={sent} path={path} />
          )}
        </Part>
      </Live>
    </Page>
  );
}

const unknown = { title: "No such message", text: "No message has this id." };

export async function message({ c, deps, who }: PageContext) {
  const found = await loadMessage(deps.db, idIn(c, "id"));
  if (found === null) return show(c, <PlainPage {...unknown} who={who} />, 404);
  const notice = c.req.query("sending") === undefined ? null : "It is on its way once more.";
  return show(c, <MessagePage who={who} message={found} notice={notice} />);
}

/** The e-mail itself, for the frame on its page. */
export async function preview({ c, deps, who }: PageContext) {
  const [found, { shop }] = await Promise.all([
    loadMessage(deps.db, idIn(c, "id")),
    loadMaking(deps),
  ]);
  const sent = parseRendered(found?.rendered ?? null);
  const message = sent?.message ?? null;
  const html = message === null ? undefined : sent?.channel.show(message).html;
  if (html === undefined) return show(c, <PlainPage {...unknown} who={who} />, 404);
  return answerMail(c, html, shop.logoUrl);
}

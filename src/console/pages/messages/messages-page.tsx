/** The outbox, newest first, with the reason for each unsent message. */
import { channelNames } from "../../../notifications/channels";
import { HELD_BACK, unsentReasons } from "../../../notifications/channels/reasons";
import { templateNames } from "../../../notifications/templates";
import {
  listMessages,
  type MessageFilter,
  type MessagePage,
  type MessageRow,
} from "../../../store/outbox/message-list";
import { contactsLike } from "../../../projection/patches/contacts";
import { withQuery } from "../../links";
import { maskMessage } from "../../mask";
import { notificationsQuery } from "../../api/shapes";
import { words } from "../../text";
import { asked, readQuery, type PageContext } from "../../page-context";
import { Field, Filters, Options } from "../filters";
import { Ago, Badge, type Column, Empty, Notice, Pager, Ref, Table, Text } from "../parts";
import { Page, show } from "../page";
import { MessageTabs } from "./message-tabs";

const PATH = "/console/messages";
const FORWARDS = withQuery(PATH, { channel: "forward" });
const names = ["recipient", "status", "channel", "template", "reason", "order", "cursor"] as const;

/** Frequent reasons as suggestions; others can be typed. */
const filterReasons = [HELD_BACK, ...unsentReasons];

/** `shipment: out for delivery` for an update: its id contains the status that it reports. */
export function labelOf({ id, template }: Pick<MessageRow, "id" | "template">): string {
  const status = /\/([a-z_]+)(?:\/[\d-]{10})?\/\w+$/.exec(id)?.[1];
  const isUpdate = template === "shipment_update" && status !== undefined;
  return isUpdate ? `shipment: ${words(status)}` : words(template);
}

export const messageColumns: readonly Column<MessageRow>[] = [
  {
    head: "Message",
    as: "short",
    cell: (row) => <Ref to="messages" id={row.id} label={labelOf(row)} />,
  },
  { head: "Channel", cell: ({ channel }) => words(channel) },
  { head: "To", as: "short", cell: ({ recipient }) => <Text of={recipient} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  {
    head: "Reason",
    as: "short",
    cell: ({ reason, error }) => <Text of={reason ?? error} />,
  },
  { head: "Sent or created", cell: (row) => <Ago at={row.sent_at ?? row.created_at} /> },
];

export const withOrder: readonly Column<MessageRow>[] = [
  ...messageColumns.slice(0, 1),
  {
    head: "Order",
    as: "short",
    cell: ({ order_number: order }) => <Ref to="orders" id={order} />,
  },
  ...messageColumns.slice(1),
];

interface MessagesProps {
  readonly who: string;
  readonly values: Readonly<Record<string, string>>;
  readonly problem: string | null;
  readonly page: MessagePage;
}

function MessagesPage({ who, values, problem, page }: MessagesProps) {
  const { cursor, ...filter } = values;
  const older = page.next === null ? null : withQuery(PATH, { ...filter, cursor: page.next });
  const isFiltered = Object.keys(filter).length > 0;
  const isForwards = filter["channel"] === "forward";
  return (
    <Page title="Messages" who={who} path={PATH}>
      <MessageTabs here={isForwards ? FORWARDS : PATH} />
      <h1>{isForwards ? "Forwards" : "Messages"}</h1>
      <Filters
        path={PATH}
        values={values}
        search={{
          name: "recipient",
          label: "E-mail address or phone number of the recipient",
          hint: "E-mail or phone of the recipient",
        }}
        more={["status", "channel", "template", "reason", "order"]}
      >
        <Options
          name="status"
          label="Status"
          values={values}
          of={["pending", "sent", "suppressed", "failed"]}
        />
        <Options name="channel" label="Channel" values={values} of={channelNames} />
        <Options name="template" label="Message" values={values} of={templateNames} />
        <Field name="reason" label="Reason" values={values} list={filterReasons} />
        <Field name="order" label="Order number" values={values} />
      </Filters>
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {page.messages.length === 0 ? (
        <Empty>
          {page.next !== null
            ? "None in the stretch that was looked through."
            : isFiltered
              ? "No message matches."
              : "There are no messages yet."}
        </Empty>
      ) : (
        <Table
          caption="Messages, newest first"
          columns={withOrder}
          rows={page.messages.map(maskMessage)}
        />
      )}
      <Pager
        newest={cursor === undefined ? null : withQuery(PATH, filter)}
        older={older}
        found={page.messages.length}
      />
    </Page>
  );
}

export async function messages({ c, deps, who }: PageContext) {
  const values = asked(c, names);
  const { query, problem } = readQuery(notificationsQuery, values);
  const { limit, cursor, recipient, ...asks } = query;
  const filter: MessageFilter = {
    ...asks,
    audience: asks.channel === undefined ? "people" : undefined,
    contacts: recipient === undefined ? undefined : contactsLike(recipient, deps.defaults),
  };
  const page =
    problem === null
      ? await listMessages(deps.db, filter, { limit, before: cursor })
      : { messages: [], next: null };
  return show(
    c,
    <MessagesPage who={who} values={values} problem={problem} page={page} />,
    problem === null ? 200 : 400,
  );
}

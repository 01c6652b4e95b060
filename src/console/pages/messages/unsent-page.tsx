/** Messages that were not sent for a reason outside the messages themselves: counted first, then sent together. */
import { channelNames } from "../../../notifications/channels";
import { unsentReasons } from "../../../notifications/channels/reasons";
import type { MessageRow } from "../../../store/outbox/message-list";
import { listUnsent, type UnsentCount, type UnsentFilter } from "../../../store/outbox/unsent";
import { UNSENT_COUNTED, UNSENT_MAX, unsentQuery } from "../../api/shapes";
import { maskMessage } from "../../mask";
import { asked, type PageContext, readQuery } from "../../page-context";
import { count } from "../../text";
import { Filters, Options, When } from "../filters";
import { MessageTabs } from "./message-tabs";
import { Page, show } from "../page";
import { ActionForm, Empty, Notice, Table } from "../parts";
import { withOrder } from "./messages-page";

const PATH = "/console/unsent";
const ROWS = 50;

interface UnsentProps {
  readonly who: string;
  readonly values: Readonly<Record<string, string>>;
  readonly filter: UnsentFilter;
  readonly of: UnsentCount;
  readonly rows: readonly MessageRow[];
  readonly problem: string | null;
}

/** `10,000` may be the limit of the count. */
function counted(messages: number): string {
  return messages === UNSENT_COUNTED
    ? `At least ${count(messages, "message")}`
    : count(messages, "message");
}

function Found({ filter, of: { messages, too_old } }: Pick<UnsentProps, "filter" | "of">) {
  const fresh = messages - too_old;
  const fields = Object.entries(filter).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return (
    <>
      <p>
        {`${counted(messages)} with the reason “${filter.reason}”. `}
        {too_old === 0 ? "" : `${count(too_old, "message")} for customers would come too late now.`}
      </p>
      {fresh === 0 ? null : (
        <div class="actions">
          <ActionForm
            to={PATH}
            fields={Object.fromEntries(fields)}
            label={`Send ${count(Math.min(fresh, UNSENT_MAX), "message")}`}
            ask={
              <p>
                Each is sent if it is still true when its turn comes, the oldest first, at most{" "}
                {UNSENT_MAX.toLocaleString("en")} at once. What is not true any more is dropped,
                with the reason.
              </p>
            }
          />
        </div>
      )}
    </>
  );
}

function UnsentPage({ who, values, filter, of, rows, problem }: UnsentProps) {
  return (
    <Page title="Messages that were not sent" who={who} path="/console/messages">
      <MessageTabs here={PATH} />
      <h1>Messages that were not sent</h1>
      <p class="soft">
        Nothing is wrong with these messages: their channel was not set up, its provider did not
        take them, or they were about the past (<a href="/console/settings#quiet-until">Settings</a>
        ). Once that is over, they can be sent together.
      </p>
      <Filters path={PATH} values={values} more={["reason", "channel", "from", "to"]}>
        <Options
          name="reason"
          label="Reason"
          values={{ ...values, reason: filter.reason }}
          of={unsentReasons}
        />
        <Options name="channel" label="Channel" values={values} of={channelNames} />
        <When name="from" label="Created since" values={values} />
        <When name="to" label="Created before" values={values} />
      </Filters>
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {of.messages === 0 ? (
        <Empty>No message fits.</Empty>
      ) : (
        <>
          <Found filter={filter} of={of} />
          <Table
            caption={`The oldest ${String(rows.length)}`}
            columns={withOrder}
            rows={rows.map(maskMessage)}
          />
        </>
      )}
    </Page>
  );
}

export async function unsent({ c, deps, who }: PageContext) {
  const values = asked(c, ["reason", "channel", "from", "to"]);
  const { query: filter, problem } = readQuery(unsentQuery, values);
  const [of, rows] = await Promise.all([
    deps.countUnsent(filter, UNSENT_COUNTED),
    listUnsent(deps.db, filter, ROWS),
  ]);
  return show(
    c,
    <UnsentPage {...{ who, values, filter, of, rows, problem }} />,
    problem === null ? 200 : 400,
  );
}

/** One endpoint: its condition and the reason, its settings, its success and latency, and its forwards. */
import { addMs } from "../../../events/field-formats/time";
import { DEFAULT_ENDPOINT } from "../../../projection/outbox-rows";
import {
  type Delivery,
  type DeliveryPage,
  listDeliveries,
  type Measured,
  measureEndpoints,
} from "../../../store/forwarding/deliveries";
import { nameType } from "../../../events/form-words";
import { rowCursor } from "../../api/shapes";
import { nameOf, troubleOf } from "../../forwarding/condition";
import type { EndpointSecret, EndpointTest } from "../../forwarding/endpoint-acts";
import { type EndpointView, findEndpoint } from "../../forwarding/endpoints";
import { below, pathTo, withQuery } from "../../links";
import { idIn, type PageContext } from "../../page-context";
import { duration } from "../../text";
import { Badge, type Column, Empty, Facts, Live, Notice, Pager, Part, Ref } from "../parts";
import { Table, Text, Time } from "../parts";
import { Page, show } from "../page";
import { EndpointActions, SecretShown, TestShown } from "./endpoint-actions";
import { EndpointForm, type Problems, type Typed, typedOf } from "./endpoint-form";
import {
  Condition,
  ENDPOINTS,
  EventTypes,
  FoldedAttempts,
  latencyOf,
  measuredNote,
  showUnknown,
  successOf,
} from "./endpoint-parts";
import { DAY_MS } from "./endpoints-page";
import { ReplayForm } from "./endpoint-replay-page";

const ROWS = 30;

/** The result of an action, shown on the page. */
export interface Shown {
  readonly test?: EndpointTest;
  readonly secret?: EndpointSecret;
  /** Why the action was refused. */
  readonly refused?: string;
  readonly typed?: Typed;
  readonly problems?: Problems;
}

interface EndpointProps extends Shown {
  readonly who: string;
  readonly endpoint: EndpointView;
  readonly measured: Measured | undefined;
  readonly page: DeliveryPage;
  readonly cursor: string | undefined;
  readonly did: string;
  readonly now: Date;
}

const done: Readonly<Record<string, string>> = {
  add: "It was added. Its secret verifies what it gets: show it below, and set it in the other system.",
  edit: "The settings were saved.",
  pause: "It is paused: what comes for it waits.",
  resume: "It is active again: what waits goes out in the order of receipt.",
};

const columns: readonly Column<Delivery>[] = [
  {
    head: "Event",
    as: "word",
    cell: ({ id, event_type: type }) => <Ref to="messages" id={id} label={nameType(type)} />,
  },
  { head: "Order", cell: ({ order_number: order }) => <Ref to="orders" id={order} /> },
  { head: "Received", cell: ({ received_at: at }) => <Time at={at} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "Attempts", as: "wide", cell: ({ attempt_log: log }) => <FoldedAttempts of={log} /> },
  { head: "Reason", cell: ({ reason, error }) => <Text of={reason ?? error} whole /> },
];

function Trouble({ endpoint, now }: Pick<EndpointProps, "endpoint" | "now">) {
  const { status, status_since: changed, failing_since: since, retry_at: retry } = endpoint;
  const { pending } = endpoint;
  const trouble = troubleOf(endpoint, now, duration);
  if (trouble === null) return null;
  const waits = pending === 0 ? "" : ` ${pending.toLocaleString("en")} pending.`;
  return (
    <Notice bad>
      <Text of={`${trouble}${waits}`} whole />
      {changed === null ? null : (
        <>
          {" "}
          {status === "paused" ? "Paused" : "Disabled"} since <Time at={changed} />.
        </>
      )}
      {since === null ? null : (
        <>
          {" "}
          Failing since <Time at={since} />.
        </>
      )}
      {retry === null ? null : (
        <>
          {" "}
          It is tried again at <Time at={retry} />.
        </>
      )}
    </Notice>
  );
}

function Settings({ endpoint, path, typed, problems }: EndpointProps & { readonly path: string }) {
  const { url, event_types: types, include_order: order, rate_limit: rate } = endpoint;
  const isDefault = endpoint.id === DEFAULT_ENDPOINT;
  return (
    <>
      <Facts
        of={[
          ["URL", <Text of={url} whole />],
          ["Event types", <EventTypes of={types} />],
          ["With the order", order ? "yes" : "no"],
          ["At most", rate === null ? null : `${rate.toLocaleString("en")} requests a minute`],
          ["Id", endpoint.id],
          ["Secret", isDefault ? "FORWARD_SECRET" : `version ${String(endpoint.secret_version)}`],
          ["Added", isDefault ? null : <Time at={endpoint.created_at} />],
        ]}
      />
      {isDefault ? (
        <p class="soft">This is FORWARD_URL with FORWARD_SECRET: change it there.</p>
      ) : (
        <details open={problems !== undefined}>
          <summary>Edit</summary>
          <EndpointForm
            to={path}
            typed={typed ?? typedOf(endpoint)}
            problems={problems ?? {}}
            label="Save"
          />
        </details>
      )}
    </>
  );
}

function Deliveries({ page, cursor, path }: EndpointProps & { readonly path: string }) {
  const { deliveries, next } = page;
  return (
    <>
      {deliveries.length === 0 ? (
        <Empty>
          {next === null
            ? "Nothing was forwarded to it yet."
            : "None in the stretch that was looked through."}
        </Empty>
      ) : (
        <Table caption="Deliveries, newest first" columns={columns} rows={deliveries} />
      )}
      <Pager
        newest={cursor === undefined ? null : path}
        older={next === null ? null : withQuery(path, { cursor: next })}
        found={deliveries.length}
      />
    </>
  );
}

function EndpointPage(props: EndpointProps) {
  const { who, endpoint, measured, cursor, did, now, test, secret, refused } = props;
  const path = pathTo("endpoints", endpoint.id) ?? ENDPOINTS;
  const live = withQuery(path, { cursor });
  return (
    <Page title={nameOf(endpoint)} who={who} path={ENDPOINTS}>
      <div class="title">
        <h1>
          <Text of={nameOf(endpoint)} whole /> <Condition of={endpoint} />
        </h1>
      </div>
      {done[did] === undefined ? null : <Notice>{done[did]}</Notice>}
      {refused === undefined ? null : <Notice bad>{refused}</Notice>}
      <Trouble endpoint={endpoint} now={now} />
      {test === undefined ? null : <TestShown of={test} />}
      {secret === undefined ? null : <SecretShown of={secret} />}
      <EndpointActions endpoint={endpoint} path={path} />
      <Part id="settings" title="Settings">
        <Settings {...props} path={path} />
      </Part>
      <Live path={live} beat={cursor === undefined ? "tick-slow" : null}>
        <Part id="last-day" title="Last day">
          <Facts
            of={[
              ["Success", successOf(measured)],
              ["Latency", latencyOf(measured)],
              ["Pending", endpoint.pending.toLocaleString("en")],
            ]}
          />
          <p class="soft">{measuredNote}</p>
        </Part>
        <Part id="deliveries" title="Deliveries">
          <Deliveries {...props} path={path} />
        </Part>
      </Live>
      <Part id="replay" title="Replay">
        <ReplayForm path={below(path, "replay")} values={{}} />
      </Part>
    </Page>
  );
}

export async function showEndpoint(context: PageContext, shown: Shown): Promise<Response> {
  const { c, deps, who } = context;
  const now = deps.now();
  const given = rowCursor.safeParse(c.req.query("cursor"));
  const cursor = given.success ? given.data : undefined;
  const id = idIn(c, "id");
  const found = await findEndpoint(deps.forwarding, id);
  if (!found.ok) return await showUnknown(context);
  const [measured, page] = await Promise.all([
    measureEndpoints(deps.db, addMs(now.toISOString(), -DAY_MS)),
    listDeliveries(deps.db, id, { limit: ROWS, before: cursor }),
  ]);
  return show(
    c,
    <EndpointPage
      {...shown}
      {...{ who, endpoint: found.value, measured: measured.get(id), page, cursor, now }}
      did={c.req.query("did") ?? ""}
    />,
    shown.refused === undefined && shown.problems === undefined ? 200 : 400,
  );
}

export async function endpoint(context: PageContext): Promise<Response> {
  return await showEndpoint(context, {});
}

/** The endpoints that events are forwarded to, their condition, and the form that adds one. */
import { note } from "../../activity/note";
import { addMs } from "../../../events/field-formats/time";
import { FORWARD_ENDPOINTS_MAX } from "../../../limits";
import { DEFAULT_ENDPOINT } from "../../../projection/outbox-rows";
import { type Measured, measureEndpoints } from "../../../store/forwarding/deliveries";
import { nameOf } from "../../forwarding/condition";
import { addEndpoint, type EndpointView, listEndpoints } from "../../forwarding/endpoints";
import { pathTo, withQuery } from "../../links";
import { formOf, type PageContext } from "../../page-context";
import { type Column, Empty, Notice, Part, Ref, Table, Text } from "../parts";
import { Page, show } from "../page";
import {
  blank,
  EndpointForm,
  type Problems,
  problemsOf,
  readSettings,
  type Typed,
  typedIn,
} from "./endpoint-form";
import {
  Condition,
  ENDPOINTS,
  EventTypes,
  latencyOf,
  measuredNote,
  successOf,
} from "./endpoint-parts";

export const DAY_MS = 86_400_000;

function columnsWith(measured: ReadonlyMap<string, Measured>): readonly Column<EndpointView>[] {
  return [
    {
      head: "Endpoint",
      cell: (one) => <Ref to="endpoints" id={one.id} label={nameOf(one)} />,
    },
    { head: "URL", as: "wide", cell: ({ url }) => <Text of={url} /> },
    { head: "Events", as: "word", cell: ({ event_types: types }) => <EventTypes of={types} /> },
    { head: "Status", cell: (one) => <Condition of={one} /> },
    { head: "Success", as: "short", cell: ({ id }) => successOf(measured.get(id)) },
    { head: "Latency", cell: ({ id }) => <Text of={latencyOf(measured.get(id))} /> },
    { head: "Pending", number: true, cell: ({ pending }) => pending.toLocaleString("en") },
  ];
}

interface EndpointsProps {
  readonly who: string;
  readonly endpoints: readonly EndpointView[];
  readonly measured: ReadonlyMap<string, Measured>;
  readonly typed: Typed;
  readonly problems: Problems;
  readonly hasSecret: boolean;
  readonly isDeleted: boolean;
}

function NoEndpoints({ hasSecret }: { readonly hasSecret: boolean }) {
  return (
    <Empty>
      No event is forwarded. An endpoint is a system of the shop that gets every event it wants as a
      signed request: fulfilment, inventory, analytics.{" "}
      {hasSecret ? "Add the first one below." : null}
    </Empty>
  );
}

/** Says what to set before an endpoint can be added. */
function NoSecret() {
  return (
    <Empty>
      No endpoint can be added yet: the secret of each is derived from FORWARD_SECRET, which is not
      set. Generate one with <code>openssl rand -base64 32</code> and set it with{" "}
      <code>npx wrangler secret put FORWARD_SECRET</code>.
    </Empty>
  );
}

function AddForm({ endpoints, hasSecret, typed, problems }: EndpointsProps) {
  if (!hasSecret) return <NoSecret />;
  const added = endpoints.filter(({ id }) => id !== DEFAULT_ENDPOINT).length;
  if (added >= FORWARD_ENDPOINTS_MAX) {
    return <Empty>{`There are ${String(FORWARD_ENDPOINTS_MAX)}, the most there can be.`}</Empty>;
  }
  return <EndpointForm to={ENDPOINTS} typed={typed} problems={problems} label="Add the endpoint" />;
}

function EndpointsPage(props: EndpointsProps) {
  const { who, endpoints, measured, hasSecret, problems, isDeleted } = props;
  return (
    <Page title="Forwarding" who={who} path={ENDPOINTS}>
      <h1>Forwarding</h1>
      {isDeleted ? <Notice>The endpoint was deleted.</Notice> : null}
      {problems.form === undefined ? null : <Notice bad>{problems.form}</Notice>}
      {endpoints.length === 0 ? (
        <NoEndpoints hasSecret={hasSecret} />
      ) : (
        <>
          <Table
            caption="Endpoints that events are forwarded to"
            columns={columnsWith(measured)}
            rows={endpoints}
          />
          <p class="soft">{measuredNote}</p>
        </>
      )}
      <Part id="add" title="Add an endpoint">
        <AddForm {...props} />
      </Part>
    </Page>
  );
}

async function showList(
  { c, deps, who }: PageContext,
  { typed = blank, problems = {} }: { readonly typed?: Typed; readonly problems?: Problems },
): Promise<Response> {
  const [endpoints, measured] = await Promise.all([
    listEndpoints(deps.forwarding),
    measureEndpoints(deps.db, addMs(deps.now().toISOString(), -DAY_MS)),
  ]);
  const hasSecret = deps.forwarding.channels.forwardSecret !== null;
  const isDeleted = c.req.query("did") === "delete";
  return show(
    c,
    <EndpointsPage {...{ who, endpoints, measured, typed, problems, hasSecret, isDeleted }} />,
    Object.keys(problems).length === 0 ? 200 : 400,
  );
}

export async function endpoints(context: PageContext): Promise<Response> {
  return await showList(context, {});
}

export async function add(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const typed = typedIn(await formOf(c));
  const { settings, problems } = readSettings(typed);
  if (settings === null) return await showList(context, { typed, problems });
  const added = await addEndpoint(deps.forwarding, settings);
  if (!added.ok) return await showList(context, { typed, problems: problemsOf(added) });
  const { id } = added.value;
  note(c, "endpoint_add", { about: id });
  return c.redirect(withQuery(pathTo("endpoints", id) ?? ENDPOINTS, { did: "add" }), 303);
}

/** Replays stored events to one endpoint: counts them first, then sends them stretch by stretch, with progress. */
import { note } from "../../activity/note";
import { filterNames } from "../../../projection/event-filter";
import * as z from "zod/mini";
import { rowCursor, utc } from "../../api/shapes";
import { nameOf } from "../../forwarding/condition";
import { type ReplayWish, replayToEndpoint } from "../../forwarding/endpoint-acts";
import { type EndpointView, findEndpoint } from "../../forwarding/endpoints";
import { below, pathTo, withQuery } from "../../links";
import { asked, formOf, idIn, type PageContext, readQuery } from "../../page-context";
import { count } from "../../text";
import { Field, When } from "../filters";
import { Page, show } from "../page";
import { ActionForm, Empty, Notice, Text } from "../parts";
import { typesIn } from "./endpoint-form";
import { ENDPOINTS, showUnknown } from "./endpoint-parts";

type Values = Readonly<Record<string, string>>;

/** The number of stretches that one page counts. */
const COUNTED_STRETCHES = 10;

const number = z._default(
  z.pipe(z.string().check(z.regex(/^\d{1,9}$/, "not a number")), z.transform(Number)),
  0,
);
const wishQuery = z.strictObject({
  event_types: z.optional(z.string().check(z.maxLength(2_000))),
  from: z.optional(utc),
  to: z.optional(utc),
  /** The row of the inbox that was reached. */
  cursor: z._default(rowCursor, "0"),
  /** Forwards counted, and made pending, up to that row. */
  counted: number,
  sent: number,
  /** Absent during the count. */
  state: z.optional(z.enum(["sending", "done"])),
});
const names = ["event_types", "from", "to", "cursor", "counted", "sent", "state"] as const;
type Wish = z.infer<typeof wishQuery>;

/** The fields that select the events, without the progress. */
function scopeOf({ event_types, from, to }: Wish): Values {
  const given = Object.entries({ event_types, from, to });
  return Object.fromEntries(
    given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function stretchOf({ event_types = "", from, to, cursor }: Wish, dry_run: boolean): ReplayWish {
  const types = typesIn(event_types);
  const event_types_wanted = types.length === 0 ? undefined : types;
  return { event_types: event_types_wanted, from, to, cursor: Number(cursor), dry_run };
}

export function ReplayForm({ path, values }: { readonly path: string; readonly values: Values }) {
  return (
    <>
      <p class="soft">
        Stored events of a range of time are sent to it again, or for the first time. They are
        counted first; then they go out behind whatever is new, in the order of receipt.
      </p>
      <form method="get" action={path} class="filters">
        <div class="fields">
          <When name="from" label="Received since" values={values} />
          <When name="to" label="Received before" values={values} />
          <Field
            name="event_types"
            label="Event types (blank: its own)"
            values={values}
            list={filterNames}
          />
          <button class="outline">Count them</button>
        </div>
      </form>
    </>
  );
}

interface ReplayProps {
  readonly path: string;
  readonly wish: Wish;
  /** Where the count continues; null at the end. */
  readonly next: string | null;
}

/** The count, and the button that starts the replay. */
function Counted({ path, wish, next }: ReplayProps) {
  const { counted } = wish;
  const scope = scopeOf(wish);
  const events = count(counted, "event");
  return (
    <>
      <p>
        {next === null
          ? `${events} can be forwarded.`
          : `At least ${events} can be forwarded; more of the inbox is still to be counted.`}{" "}
        {next === null ? null : (
          <a href={withQuery(path, { ...scope, cursor: next, counted })}>Count on</a>
        )}
      </p>
      {next === null && counted === 0 ? (
        <Empty>
          No applied event of this time fits, or the bodies are purged: what is purged cannot be
          forwarded again.
        </Empty>
      ) : (
        <div class="actions">
          <ActionForm
            to={path}
            fields={{ ...scope, counted: String(counted) }}
            label={next === null ? `Send ${events}` : "Send them all"}
            ask={
              <p>
                What is pending already goes out anyway, once. What was sent is sent once more: the
                other system knows it by its webhook-id.
              </p>
            }
          />
        </div>
      )}
    </>
  );
}

/** The progress; a button, or the script, sends the next stretch. */
function Progress({ path, wish }: ReplayProps) {
  const { counted, sent, cursor, state } = wish;
  const isDone = state === "done";
  const fields = { ...scopeOf(wish), cursor, counted: String(counted), sent: String(sent) };
  const most = Math.max(counted, sent, 1);
  return (
    <>
      <p>
        <label for="progress">
          {isDone
            ? `Done: ${count(sent, "delivery is", "deliveries are")} pending, and go out within the next minutes.`
            : `${sent.toLocaleString("en")} of ${counted.toLocaleString("en")} made pending so far.`}
        </label>
        <progress id="progress" value={isDone ? most : sent} max={most} />
      </p>
      {isDone ? null : (
        <form method="post" action={path} data-go-on>
          {Object.entries(fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button>Go on</button>
        </form>
      )}
    </>
  );
}

interface PageProps extends ReplayProps {
  readonly who: string;
  readonly endpoint: EndpointView;
  readonly problem: string | null;
}

function EndpointReplayPage(props: PageProps) {
  const { who, endpoint, path, wish, problem } = props;
  const name = nameOf(endpoint);
  return (
    <Page title={`Replay to ${name}`} who={who} path={ENDPOINTS}>
      <h1>
        Replay to <Text of={name} whole />
      </h1>
      {problem !== null ? (
        <Notice bad>{problem}</Notice>
      ) : wish.state === undefined ? (
        <Counted {...props} />
      ) : (
        <Progress {...props} />
      )}
      {wish.state === undefined ? <ReplayForm path={path} values={scopeOf(wish)} /> : null}
      <p>
        <a href={pathTo("endpoints", endpoint.id) ?? ENDPOINTS}>Back to the endpoint</a>
      </p>
    </Page>
  );
}

interface CountedWish {
  readonly wish: Wish;
  readonly next: string | null;
  readonly problem: string | null;
  readonly status: 200 | 400 | 409;
}

/** Counts as many stretches as one page may. */
async function countOn({ deps }: PageContext, id: string, asked: Wish): Promise<CountedWish> {
  let wish = asked;
  for (let stretch = 0; stretch < COUNTED_STRETCHES; stretch += 1) {
    const answer = await replayToEndpoint(deps.forwarding, id, stretchOf(wish, true));
    if (!answer.ok) {
      const status = answer.kind === "conflict" ? 409 : 400;
      return { wish: asked, next: null, problem: answer.reason, status };
    }
    const { forwards, next } = answer.value;
    wish = { ...wish, counted: wish.counted + forwards };
    if (next === null) return { wish, next: null, problem: null, status: 200 };
    wish = { ...wish, cursor: String(next) };
  }
  return { wish, next: wish.cursor, problem: null, status: 200 };
}

/** Without `to`, the range ends now: later events are forwarded anyway, and must not be sent twice. */
export async function countReplay(context: PageContext): Promise<Response> {
  const { c, deps, who } = context;
  const id = idIn(c, "id");
  const found = await findEndpoint(deps.forwarding, id);
  if (!found.ok) return await showUnknown(context);
  const { query, problem } = readQuery(wishQuery, asked(c, names));
  const whole = { ...query, to: query.to ?? deps.now().toISOString() };
  const counts = problem === null && whole.state === undefined;
  const of: CountedWish = counts
    ? await countOn(context, id, whole)
    : { wish: whole, next: null, problem, status: problem === null ? 200 : 400 };
  const path = below(pathTo("endpoints", id) ?? ENDPOINTS, "replay");
  return show(
    c,
    <EndpointReplayPage who={who} endpoint={found.value} path={path} {...of} />,
    of.status,
  );
}

/** Sends the next stretch of the inbox; its page shows the progress. */
export async function sendReplay(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const id = idIn(c, "id");
  const parsed = wishQuery.safeParse(await formOf(c));
  const path = below(pathTo("endpoints", id) ?? ENDPOINTS, "replay");
  if (!parsed.success) return c.redirect(path, 303);
  const wish = parsed.data;
  const answer = await replayToEndpoint(deps.forwarding, id, stretchOf(wish, false));
  if (!answer.ok) return c.redirect(withQuery(path, scopeOf(wish)), 303);
  const { forwards, next } = answer.value;
  if (forwards > 0) note(c, "endpoint_replay", { about: id, times: forwards });
  const sent = wish.sent + forwards;
  const { counted } = wish;
  const progress = next === null ? { state: "done" } : { state: "sending", cursor: String(next) };
  return c.redirect(withQuery(path, { ...scopeOf(wish), counted, sent, ...progress }), 303);
}

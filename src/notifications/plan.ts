/**
 * Decides what to do with a due row, from the data in D1: it is dropped, failed, postponed, or rendered and sent. Makes
 * no request and no write.
 */
import type { ShopConfig } from "../config";
import { addMs, msBetween } from "../events/field-formats/time";
import { errorText, log } from "../log";
import { heldBackAlert } from "../store/outbox/alerts";
import type { DueRow, OutcomeRow } from "../store/outbox/outbox";
import type { Rules } from "../store/shop/rules";
import { parseRendered } from "../store/outbox/rendered";
import { FOREIGN_LOOK_MS, RETRY_KEY_MS } from "../limits";
import { nextAttemptAt, postponedMs } from "./backoff";
import { channels, type Channels } from "./channels";
import { HELD_BACK, QUIET_HOURS } from "./channels/reasons";
import type { ChannelSetups } from "./channels/setup";
import type { Consent } from "./consent";
import { parseContext } from "./context";
import { laneOf, type OpenLane, type OpenLanes } from "./forwarding/open-lanes";
import { type Closed, type LaneDeps, putBack, waitForEndpoint } from "./lane";
import { type OutgoingMessage, outcomeRow, type Settled } from "./outcome";
import { type Circumstances, customerAddress, dueAt, judge } from "./relevance";
import { renderMessage, whyUnsent } from "./render";
import { quietHoursEnd, spread } from "./quiet-hours";
import type { Shop } from "./shop";
import { findTemplate, isSwitchedOn } from "./templates";
import type { Facts } from "./templates/facts";
import type { TextEdits } from "./texts/say";

/** The decision about a row: settled without a request, or claimed and sent. */
export type Plan =
  | { readonly kind: "settled"; readonly settled: Settled }
  | { readonly kind: "send"; readonly outgoing: OutgoingMessage };

export interface PlanDeps extends LaneDeps {
  readonly channels: Channels;
  /** The shop's data from vars. */
  readonly shop: ShopConfig;
  readonly linkSecret: string | null;
  /** How the channels are set up, from their settings. */
  readonly setups: ChannelSetups;
  /** The environment of this Worker. */
  readonly environment: string;
  /** Who may receive customers' messages (config.ts); null: everyone. */
  readonly allowlist: readonly string[] | null;
  /** Null: no limit. */
  readonly notifyMaxAgeMs: number | null;
}

/** The lanes that are closed for the rest of this run. */
export type ClosedLanes = Map<string, Closed>;

/** The data that all rows of a slice share. */
export interface Slice {
  readonly deps: PlanDeps;
  /** ISO time. */
  readonly now: string;
  readonly lanes: OpenLanes;
  /** What happened before this ISO time is not reported; null: no such limit. */
  readonly quietUntil: string | null;
  /** The texts of messages that people have edited. */
  readonly edits: TextEdits;
  readonly shop: Shop;
  readonly switches: Rules["switches"];
  /** By the ids of marketing messages. */
  readonly consents: ReadonlyMap<string, Consent>;
  readonly closed: ClosedLanes;
}

function done(outcome: OutcomeRow): Plan {
  return { kind: "settled", settled: { outcome, alerts: [] } };
}

/** An earlier request may have been sent, and the provider would not recognize a repeat. */
function isUnrepeatable({ channel }: DueRow, connected: Channels): boolean {
  return !(connected[channel]?.takesKey ?? channels[channel].takesKey);
}

/** When the message could first be sent. */
function sinceWhen({ created_at, due_at }: Pick<DueRow, "created_at" | "due_at">): string {
  return created_at > due_at ? created_at : due_at;
}

function postpone(row: DueRow, reason: string, { now }: Slice): Plan {
  const nextAttemptAt = addMs(now, postponedMs(msBetween(sinceWhen(row), now)));
  return done(outcomeRow(row, { status: "pending", reason, nextAttemptAt }));
}

function isForeign({ environment: owner, channel }: DueRow, { environment }: PlanDeps): boolean {
  return owner !== null && owner !== environment && channels[channel].audience !== "team";
}

/**
 * Kept until its channel is set up: the sweep makes it due then (store/outbox/channels.ts). In the database of another
 * environment it is checked again each hour. If it waited for something before, it counts as due since the end of that
 * wait.
 */
function holdBack(row: DueRow, reason: string, slice: Slice): Plan {
  const { deps, now } = slice;
  const due = dueAt(row, findTemplate(row.template)?.waits);
  const since = sinceWhen({ created_at: row.created_at, due_at: due });
  const waitMs = isForeign(row, deps) ? FOREIGN_LOOK_MS : postponedMs(msBetween(since, now));
  const nextAttemptAt = addMs(now, waitMs);
  const held = { reason, error: row.error, dueAt: due, isHeldBack: true } as const;
  return done(outcomeRow(row, { status: "pending", nextAttemptAt, ...held }));
}

/** The provider may have accepted it, whether an outcome was recorded or not, and no longer recognizes a repeat. */
function isPastItsKey(row: DueRow, now: string): boolean {
  const firstAttemptAt = parseRendered(row.rendered)?.firstAttemptAt ?? null;
  const isAnswered = row.unanswered === 0 && row.in_flight === 0;
  if (isAnswered || firstAttemptAt === null) return false;
  if (channels[row.channel].isRetriedForEver === true) return false;
  return msBetween(firstAttemptAt, now) > RETRY_KEY_MS;
}

function circumstancesOf(row: DueRow, slice: Slice): Circumstances {
  const { deps, now, quietUntil, shop } = slice;
  const { quietHours, timeZone } = shop;
  const { allowlist, notifyMaxAgeMs: maxAgeMs } = deps;
  const lane = laneIn(slice, row);
  const channel = isForeign(row, deps) ? "foreign" : (lane?.state ?? "off");
  return {
    now,
    maxAgeMs,
    quietUntil,
    allowlist,
    channel,
    endpointEnd: lane?.ended ?? null,
    isOptedOut: slice.consents.get(row.id)?.isOptedOut ?? false,
    isSwitchedOn: isSwitchedOn(row.template, row.channel, slice.switches),
    quietHoursEnd: timeZone === null ? null : quietHoursEnd(now, quietHours, timeZone),
  };
}

function laneIn({ lanes: { lanes } }: Slice, row: DueRow): OpenLane | undefined {
  return lanes.get(laneOf(row));
}

/** Its endpoint cannot be reached without the secret: an alert is raised. */
function holdForward(row: DueRow): Plan {
  const problem = `FORWARD_SECRET is missing or cannot be used. What is forwarded to the endpoint ${row.endpoint ?? ""} is held back.`;
  const held = waitForEndpoint(row, HELD_BACK, row.error);
  return { kind: "settled", settled: { ...held, alerts: [heldBackAlert("forward", problem)] } };
}

/** Waits until quiet hours end. It is not late because of that. */
function waitForMorning(row: DueRow, end: string, { deps }: Slice): Plan {
  const nextAttemptAt = spread(end, deps.random());
  const waits = { status: "pending", reason: QUIET_HOURS, nextAttemptAt } as const;
  return done(outcomeRow(row, { ...waits, error: row.error, dueAt: nextAttemptAt }));
}

function waitLonger(row: DueRow, reason: string, slice: Slice): Plan {
  const since = sinceWhen(row);
  const random = slice.deps.random();
  const at = nextAttemptAt({ firstAttemptAt: since, now: slice.now, retryAfterMs: null, random });
  // The wait for a recipient is one hour longer than the time for retries.
  const last = addMs(slice.now, 3_600_000);
  return done(outcomeRow(row, { status: "pending", reason, nextAttemptAt: at ?? last }));
}

/** The stored message, else a rendered one. If its channel stores none, the bytes are the same each time. */
function prepareMessage(
  row: DueRow,
  facts: Facts,
  recipient: string | null,
  slice: Slice,
): OutgoingMessage {
  const known = parseRendered(row.rendered);
  const unsubscribeUrl = slice.consents.get(row.id)?.unsubscribeUrl ?? null;
  const message =
    known?.message ??
    renderMessage(row, parseContext(row.context), facts, recipient, {
      shop: slice.shop,
      edits: slice.edits,
      unsubscribeUrl,
    });
  return {
    row,
    message,
    firstAttemptAt: known?.firstAttemptAt ?? slice.now,
    recipient: laneIn(slice, row)?.connection?.endpoint ?? recipient,
    orderNumber: facts.orderNumber,
    tracking: findTemplate(row.template)?.showsTracking === true ? facts.shipment : null,
  };
}

/** Renders a message that is true and may be sent, unless something else prevents it. */
function planSend(
  row: DueRow,
  facts: Facts,
  recipient: string | null,
  about: Pick<OutcomeRow, "error" | "orderNumber" | "recipient">,
  slice: Slice,
): Plan {
  const wait = slice.lanes.waits.get(row.id);
  if (wait !== undefined) {
    return { kind: "settled", settled: waitForEndpoint(row, wait, row.error) };
  }
  if (isPastItsKey(row, slice.now)) {
    return done(outcomeRow(row, { status: "failed", reason: "outcome unknown", ...about }));
  }
  if (facts.event?.deferred === 1) {
    return done(outcomeRow(row, { status: "pending", nextAttemptAt: slice.now }));
  }
  if (channels[row.channel].stored === null && (facts.event?.payload ?? null) === null) {
    return done(outcomeRow(row, { status: "failed", reason: "body no longer stored" }));
  }
  const context = parseContext(row.context);
  const unsent = row.rendered === null ? whyUnsent(row, context, facts, slice.shop) : null;
  if (unsent !== null) {
    return done(outcomeRow(row, { status: "suppressed", reason: unsent, ...about }));
  }
  const outgoing = prepareMessage(row, facts, recipient, slice);
  const closed = slice.closed.get(laneOf(row));
  if (closed === undefined) return { kind: "send", outgoing };
  const { outcome, alerts } = putBack(outgoing, closed, slice.deps);
  const due = dueAt(row, findTemplate(row.template)?.waits);
  return { kind: "settled", settled: { outcome: { ...outcome, dueAt: due }, alerts } };
}

function plan(row: DueRow, facts: Facts, slice: Slice): Plan {
  const { channels: connected } = slice.deps;
  if (row.twin_notified === 1) {
    const reason = findTemplate(row.template)?.once?.otherwise ?? "already told";
    return done(outcomeRow(row, { status: "suppressed", reason }));
  }
  if (row.in_flight === 1 && row.rendered !== null && isUnrepeatable(row, connected)) {
    return done(outcomeRow(row, { status: "failed", reason: "outcome unknown" }));
  }
  const question = { ...row, context: parseContext(row.context) };
  const verdict = judge(question, facts, circumstancesOf(row, slice));
  // A message that was not sent keeps its recipient and the error of its last attempt: if that had no answer, the
  // provider may have accepted it.
  const about = {
    error: row.error,
    orderNumber: facts.orderNumber,
    recipient: row.recipient ?? customerAddress(row.channel, facts),
  };
  switch (verdict.kind) {
    case "suppress":
      return done(outcomeRow(row, { status: "suppressed", reason: verdict.reason, ...about }));
    case "fail":
      return done(outcomeRow(row, { status: "failed", reason: verdict.reason, ...about }));
    case "sleep":
      return waitForMorning(row, verdict.until, slice);
    case "wait":
      return verdict.pace === "slow"
        ? postpone(row, verdict.reason, slice)
        : waitLonger(row, verdict.reason, slice);
    case "hold":
      return laneIn(slice, row)?.wait === HELD_BACK && verdict.reason === HELD_BACK
        ? holdForward(row)
        : holdBack(row, verdict.reason, slice);
    case "send":
      return planSend(row, facts, verdict.recipient, about, slice);
  }
}

/** A template that throws is a bug of ours: only its own row fails, and an alert is raised. */
export function planRow(row: DueRow, facts: Facts, slice: Slice): Plan {
  try {
    return plan(row, facts, slice);
  } catch (error) {
    log.error("notification_not_rendered", { id: row.id, error: errorText(error) });
    const reason = "could not be rendered";
    const outcome = outcomeRow(row, { status: "failed", reason, error: errorText(error) });
    const text = `${row.id} could not be rendered: ${errorText(error)}`;
    const alerts = row.template === "alert" ? [] : [{ kind: "render_failed", text }];
    return { kind: "settled", settled: { outcome, alerts } };
  }
}

/**
 * Decides whether a due message is still true, and finds its recipient. Pure. The order of the checks matters, since
 * `suppressed` is final and people read its reason: whether it is still true, whether it is recent, whether it can be
 * sent at all, whether it has a recipient.
 */
import { ERASED } from "../events/erased-body";
import { isAllowed } from "../events/field-formats/allowlist";
import { msBetween } from "../events/field-formats/time";
import { ALERT_HELD_MS, RECIPIENT_WAIT_MS } from "../limits";
import type { OutboxContext } from "../projection/outbox-row";
import type { DueRow } from "../store/outbox/outbox";
import { channels } from "./channels";
import {
  BEFORE_QUIET_UNTIL,
  type EndpointEnd,
  FOREIGN_DATABASE,
  HELD_BACK,
  NOT_ALLOWED,
  NOT_CONFIGURED,
  RAISED_AGAIN,
  SWITCHED_OFF,
  UNSUBSCRIBED,
} from "./channels/reasons";
import { findTemplate, isQuietable, readContext } from "./templates";
import type { Facts } from "./templates/facts";
import type { Known, TemplateDefinition } from "./templates/template";

export type Verdict =
  | { readonly kind: "send"; readonly recipient: string | null }
  /** Final: the message is not sent, for this reason. */
  | { readonly kind: "suppress"; readonly reason: string }
  /** The recipient is not usable, and never will be. */
  | { readonly kind: "fail"; readonly reason: string }
  /**
   * Something is not known yet; it is checked again later. `pace` is slow if something must happen first, which an
   * event will report.
   */
  | { readonly kind: "wait"; readonly reason: string; readonly pace?: "slow" }
  /** Quiet hours: it is sent when they are over (ISO time). */
  | { readonly kind: "sleep"; readonly until: string }
  /**
   * Its channel should be set up and is not, or the database is another environment's: it is kept until that changes.
   */
  | { readonly kind: "hold"; readonly reason: string };

export interface Circumstances {
  /** ISO time. */
  readonly now: string;
  /** Null: no limit. */
  readonly maxAgeMs: number | null;
  /** What happened before this ISO time is not reported; null: no such limit. */
  readonly quietUntil: string | null;
  /** Held: it should be set up and is not. Foreign: the database belongs to another environment. */
  readonly channel: "on" | "held" | "off" | "foreign";
  /** Who may receive customers' messages (config.ts); null: everyone. */
  readonly allowlist: readonly string[] | null;
  /** False if it is switched off. */
  readonly isSwitchedOn: boolean;
  /** It is marketing, and its recipient does not want it. */
  readonly isOptedOut: boolean;
  /** ISO time; null outside quiet hours, or if the shop has none. */
  readonly quietHoursEnd: string | null;
  /** For a forward: why its endpoint gets no more events; null if it does. */
  readonly endpointEnd: EndpointEnd | null;
}

type Question = Pick<
  DueRow,
  | "template"
  | "channel"
  | "recipient"
  | "due_at"
  | "next_attempt_at"
  | "reason"
  | "created_at"
  | "happened_at"
  | "rendered"
> & {
  readonly context: OutboxContext;
  /** How often a person has resent it. That person knows how old it is. */
  readonly resends?: number;
};

/** The verdict if something must happen first, else null. The wait has a limit, since it may never happen. */
function whyNotYet(
  row: Question,
  { waits }: TemplateDefinition,
  known: Known,
  now: string,
): Verdict | null {
  if (waits === undefined || !waits.isEarly(known)) return null;
  return waitingMs(row, now) >= waits.mostMs
    ? { kind: "suppress", reason: waits.givenUp }
    : { kind: "wait", reason: waits.reason, pace: "slow" };
}

/** The wait begins when the message could first be sent: its row may be made long after it was due. */
function waitingMs(row: Question, now: string): number {
  return msBetween(row.created_at > row.due_at ? row.created_at : row.due_at, now);
}

/** When the message was due. If it waited for something, that is its next attempt at the earliest. */
export function dueAt(
  row: Pick<Question, "due_at" | "next_attempt_at" | "reason">,
  waits: TemplateDefinition["waits"],
): string {
  const { due_at, next_attempt_at, reason } = row;
  return reason === waits?.reason && next_attempt_at > due_at ? next_attempt_at : due_at;
}

/** The customer's address or number as stored in the order; null if unknown, or if no customer gets it. */
export function customerAddress(channel: Question["channel"], facts: Facts): string | null {
  return facts.order === null ? null : (channels[channel].recipient?.of(facts.order) ?? null);
}

function addressed(text: string | null, parse: (text: string) => string | null): Verdict | null {
  if (text === null || text.trim() === "") return null;
  if (text === ERASED) return { kind: "suppress", reason: "erased" };
  const recipient = parse(text);
  return recipient === null
    ? { kind: "fail", reason: "recipient not usable" }
    : { kind: "send", recipient };
}

function recipientKnown(row: Question, facts: Facts, now: string): Verdict {
  const rule = channels[row.channel].recipient;
  if (rule === null) return { kind: "send", recipient: null };
  // A rendered message keeps its first recipient.
  if (row.rendered !== null && row.recipient !== null) {
    return { kind: "send", recipient: row.recipient };
  }
  const known = addressed(customerAddress(row.channel, facts), rule.parse);
  if (known !== null) return known;
  const reason = facts.order === null ? "no order known" : rule.missing;
  return { kind: waitingMs(row, now) >= RECIPIENT_WAIT_MS ? "suppress" : "wait", reason };
}

function recipientOf(
  row: Question,
  facts: Facts,
  { now, allowlist }: Pick<Circumstances, "now" | "allowlist">,
): Verdict {
  const verdict = recipientKnown(row, facts, now);
  const isOpen = allowlist === null || channels[row.channel].audience !== "customer";
  if (isOpen || verdict.kind !== "send" || verdict.recipient === null) return verdict;
  return isAllowed(verdict.recipient, allowlist)
    ? verdict
    : { kind: "suppress", reason: NOT_ALLOWED };
}

/** A customer's message that comes too late to be useful. A person who resends it knows how old it is. */
function isTooOld(
  row: Question,
  template: TemplateDefinition,
  { now, maxAgeMs }: Circumstances,
): boolean {
  if (channels[row.channel].audience !== "customer" || (row.resends ?? 0) > 0) return false;
  if (row.context.isHistory === true) return true;
  // If it waited for something, it was in time when it was first sent.
  const wasInTime = template.waits !== undefined && row.rendered !== null;
  return maxAgeMs !== null && !wasInTime && msBetween(dueAt(row, template.waits), now) > maxAgeMs;
}

/** Another copy of the database, or another receiver, may have sent it. A person who resends it knows that. */
function isBeforeQuiet(
  row: Question,
  template: TemplateDefinition,
  { quietUntil }: Circumstances,
): boolean {
  if (quietUntil === null || (row.resends ?? 0) > 0) return false;
  return isQuietable(template) && row.happened_at < quietUntil;
}

/** Decides what to do with a due message. */
export function judge(row: Question, facts: Facts, circumstances: Circumstances): Verdict {
  const { now, channel } = circumstances;
  const template = findTemplate(row.template);
  if (template === null) throw new Error(`no template ${row.template}`);
  // Not decided here: another Worker sends to the customers of these orders.
  if (channel === "foreign") return { kind: "hold", reason: FOREIGN_DATABASE };
  const known = { facts, context: readContext(template, row.context) };
  const untrue = template.whyUntrue?.(known) ?? null;
  if (untrue !== null) return { kind: "suppress", reason: untrue };
  const isAsked = (row.resends ?? 0) > 0;
  if (!circumstances.isSwitchedOn && !isAsked) return { kind: "suppress", reason: SWITCHED_OFF };
  // A person may not resend it either: the recipient does not want it.
  if (circumstances.isOptedOut) return { kind: "suppress", reason: UNSUBSCRIBED };
  const notYet = whyNotYet(row, template, known, now);
  if (notYet !== null && !isAsked && channel !== "off") return notYet;
  if (isTooOld(row, template, circumstances)) return { kind: "suppress", reason: "too old" };
  if (isBeforeQuiet(row, template, circumstances)) {
    return { kind: "suppress", reason: BEFORE_QUIET_UNTIL };
  }
  if (channel === "off") return { kind: "suppress", reason: NOT_CONFIGURED };
  if (channel === "held") {
    const isRepeated = template.isRaisedAgain?.(known) === true;
    return isRepeated && waitingMs(row, now) >= ALERT_HELD_MS
      ? { kind: "suppress", reason: RAISED_AGAIN }
      : { kind: "hold", reason: HELD_BACK };
  }
  const { endpointEnd } = circumstances;
  // A resend tries whether the endpoint is back.
  const isTried = isAsked && endpointEnd === "endpoint gone";
  if (endpointEnd !== null && !isTried) return { kind: "suppress", reason: endpointEnd };
  const verdict = recipientOf(row, facts, circumstances);
  const isQuiet = channels[row.channel].keepsQuietHours === true && !isAsked;
  const { quietHoursEnd: until } = circumstances;
  return verdict.kind === "send" && isQuiet && until !== null ? { kind: "sleep", until } : verdict;
}

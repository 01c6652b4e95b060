/**
 * Checks the sent messages: outstanding refunds and conflicts to the team, every event with a valid signature to the
 * forward endpoint, and the providers' own counts.
 */
import { checkFacts, checkTruth } from "./outbox.ts";
import { check, differ, type Check, type Evidence } from "./evidence.ts";
import { count } from "../terminal/text.ts";

export function checkMessages(evidence: Evidence): Check[] {
  return [
    checkFacts(evidence),
    checkTruth(evidence),
    checkTeam(evidence),
    checkForwards(evidence),
    checkProviders(evidence),
  ];
}

function checkTeam({ day, state }: Evidence): Check {
  const reminded = new Map(
    state.notifications
      .filter((row) => row.template === "refund_due")
      .map((row) => [row.order_number, row.status]),
  );
  const problems = day.stories.map(({ orderNumber, expected }) => {
    const isSent = reminded.get(orderNumber) === "sent";
    return differ(`refund_due of ${orderNumber} sent`, isSent, expected.refundDueMicros > 0);
  });
  const alerts = state.notifications.filter((row) => row.template === "alert");
  if (day.conflicts.length > 0 && alerts.length === 0) {
    problems.push("nobody was alerted of the conflicts");
  }
  // Invalid deliveries contain unknown bodies; each hour with such bodies has one alert.
  const expected = ["/conflict/", "/unknown_body/"];
  const others = alerts.filter((row) => !expected.some((kind) => row.id.includes(kind)));
  problems.push(...others.map((row) => `an alert was raised: ${row.id}`));
  return check(
    "the team heard of refunds owed, conflicts and unknown bodies, and of nothing else",
    problems,
  );
}

function checkForwards({ state, calls }: Evidence): Check {
  const forwards = calls.filter((call) => call.channel === "forward");
  const times = Map.groupBy(forwards, (call) => call.key);
  const problems: (string | null)[] = state.events.map((row) => {
    const expected = row.status === "processed" ? 1 : 0;
    return differ(`times that ${row.id} was forwarded`, times.get(row.id)?.length ?? 0, expected);
  });
  const unverified = forwards.filter((call) => !call.verified);
  problems.push(
    ...unverified.map((call) => `${call.key ?? "?"} was forwarded without a signature`),
  );
  return check("every applied event was forwarded once, signed", problems);
}

function checkProviders({ state, calls }: Evidence): Check {
  const problems: (string | null)[] = [];
  for (const channel of ["email", "sms", "team", "forward"] as const) {
    const rows = state.notifications.filter((row) => row.channel === channel);
    const sent = rows.filter((row) => row.status === "sent").length;
    const taken = calls.filter((call) => call.channel === channel && call.status < 300);
    problems.push(differ(`${channel}: messages that the provider took`, taken.length, sent));
    const failed = rows.filter((row) => row.status === "failed");
    problems.push(...failed.map((row) => `${row.id} failed: ${row.error ?? row.reason ?? "?"}`));
  }
  const emails = calls.filter((call) => call.channel === "email");
  for (const [key, tries] of Map.groupBy(emails, (call) => call.key)) {
    const taken = tries.filter((call) => call.status < 300).length;
    // No e-mail was taken if the message was superseded between the provider's failure and the retry.
    if (taken > 1) problems.push(`${count(taken)} e-mails were taken under the key ${key ?? "?"}`);
    const bodies = new Set(tries.map((call) => call.body)).size;
    problems.push(differ(`different e-mails under the key ${key ?? "?"}`, bodies, 1));
  }
  return check("the providers took each message once, retries byte for byte the same", problems);
}

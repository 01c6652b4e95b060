/** Checks the edge: every answer over HTTP, and every row of the inbox. */
import { eventTypes } from "../stories/index.ts";
import type { Answered, Delivery } from "../deliveries/delivery.ts";
import { acceptedById, check, differ, type Check, type Evidence } from "./evidence.ts";

export function checkReceipt(evidence: Evidence): Check[] {
  return [
    checkAnswers(evidence),
    checkDuplicates(evidence),
    checkInbox(evidence),
    checkTypes(evidence),
    checkForms(evidence),
    checkConflicts(evidence),
  ];
}

function bodyProblem({ delivery, body }: Answered): string | null {
  const { outcome, what, eventId, status } = delivery;
  const json = JSON.stringify(body);
  if (status === 401) {
    return differ(`the answer to "${what}"`, json, '{"error":"Invalid signature"}');
  }
  if (outcome === "refused") {
    const says = typeof body === "object" && body !== null && "error" in body;
    return says ? null : `the answer to "${what}" has no error: ${json}`;
  }
  const lawful = [true, false].map((duplicate) =>
    JSON.stringify({ received: true, id: eventId, duplicate }),
  );
  return lawful.includes(json) ? null : `the answer to ${what} ${eventId} is ${json}`;
}

function checkAnswers({ answers }: Evidence): Check {
  const problems = answers.map((answer) => {
    const { delivery, status } = answer;
    const name = `the status for "${delivery.what}" ${delivery.eventId ?? ""}`.trim();
    return differ(name, status, delivery.status) ?? bodyProblem(answer);
  });
  return check("every delivery got its answer", problems);
}

function isDuplicate({ body }: Answered): boolean {
  return (
    typeof body === "object" && body !== null && "duplicate" in body && body.duplicate === true
  );
}

function checkDuplicates({ day, answers }: Evidence): Check {
  const taken = Map.groupBy(
    answers.filter((answer) => answer.delivery.outcome !== "refused"),
    (answer) => answer.delivery.eventId ?? "",
  );
  const problems = [...acceptedById(day).keys()].map((id) => {
    const first = (taken.get(id) ?? []).filter((answer) => !isDuplicate(answer)).length;
    return differ(`the number of first receipts of ${id}`, first, 1);
  });
  return check("every event was taken once, its repeats known", problems);
}

/** A conflict changes nothing about the event that came first. */
function expectedStatus(deliveries: readonly Delivery[]): string {
  const first = deliveries.find((delivery) => delivery.outcome !== "conflict");
  if (first?.outcome === "ignored" || first?.outcome === "quarantined") return first.outcome;
  return "processed";
}

function checkInbox({ day, state }: Evidence): Check {
  const accepted = acceptedById(day);
  const rows = new Map(state.events.map((row) => [row.id, row]));
  const problems: (string | null)[] = [];
  for (const [id, deliveries] of accepted) {
    const row = rows.get(id);
    if (row === undefined) {
      problems.push(`event ${id} is not in the inbox`);
      continue;
    }
    const expected = expectedStatus(deliveries);
    const found = `${row.status}${row.error === null ? "" : ` (${row.error})`}`;
    if (row.status !== expected) problems.push(`event ${id} is ${found}, expected ${expected}`);
    if (row.status === "quarantined" && (row.error ?? "") === "") {
      problems.push(`event ${id} is quarantined without a reason`);
    }
    problems.push(differ(`redeliveries of ${id}`, row.redeliveries, deliveries.length - 1));
  }
  for (const id of rows.keys()) {
    if (!accepted.has(id)) problems.push(`event ${id} is in the inbox and was never authentic`);
  }
  return check("the inbox holds exactly the authentic events, none waiting or failed", problems);
}

function checkTypes({ state }: Evidence): Check {
  const processed = new Set(
    state.events.flatMap((row) => (row.status === "processed" ? [row.event_type] : [])),
  );
  const missing = eventTypes.filter((type) => !processed.has(type));
  const problems = missing.map((type) => `no ${type} was processed`);
  return check("all 14 types of event were applied", problems);
}

/** Events without a type in the URL; some of their bodies have neither a type nor an id. */
function checkForms({ day, state }: Evidence): Check {
  const rows = new Map(state.events.map((row) => [row.id, row]));
  const problems = day.deliveries.flatMap(({ eventId, recognized }) => {
    const row = rows.get(eventId ?? "");
    if (recognized === undefined || row === undefined) return [];
    return [
      differ(`the form of ${row.id}`, row.form, recognized.form),
      differ(`the type of ${row.id}`, row.event_type, recognized.type),
    ];
  });
  return check("every body was recognized, in the form and as the event that it was told as", [
    ...new Set(problems),
  ]);
}

function checkConflicts({ day, state }: Evidence): Check {
  const times = Map.groupBy(day.conflicts, (delivery) => delivery.eventId);
  const problems = state.events.map((row) =>
    differ(`conflicts of ${row.id}`, row.conflicts, times.get(row.id)?.length ?? 0),
  );
  return check("other bodies under a known id are on record, and changed nothing", problems);
}

/** Shared parts of the pages of endpoints and of messages: attempts, figures, conditions. */
import { MEASURED_EVENTS, type Measured } from "../../../store/forwarding/deliveries";
import { type Attempt, readAttempts } from "../../forwarding/attempts";
import { conditionOf } from "../../forwarding/condition";
import type { EndpointView } from "../../forwarding/endpoints";
import { count } from "../../text";
import type { PageContext } from "../../page-context";
import { show } from "../page";
import { Badge, Table, Text, Time } from "../parts";
import { PlainPage } from "../sign-in-page";

export const ENDPOINTS = "/console/endpoints";

export const measuredNote = `Of the attempts within the last day, as far as they are kept: the last ten of each forward, of the latest ${MEASURED_EVENTS.toLocaleString("en")} events. Latency is until the answer; attempts without an answer have none.`;

/** The status. Cloudflare’s e-mail binding has none: it answers with the code of an error, or without one. */
function answered({ status, answer }: Attempt): string {
  if (status !== null) return String(status);
  if (answer === null || answer === "") return "accepted";
  return answer.startsWith("E_") ? "refused" : "no answer";
}

const milliseconds = (ms: number): string => `${ms.toLocaleString("en")} ms`;

export function Condition({ of }: { readonly of: EndpointView }) {
  return <Badge status={conditionOf(of)} />;
}

export function EventTypes({ of }: { readonly of: readonly string[] }) {
  return of.includes("*") ? <>all</> : <Text of={of.join(", ")} whole />;
}

/** `98.5 % of 412 attempts`; never rounded up to 100 %. */
export function successOf(measured: Measured | undefined): string {
  if (measured === undefined) return "no attempt";
  const { attempts, succeeded } = measured;
  const percent = Math.floor((succeeded / attempts) * 1_000) / 10;
  return `${String(percent)} % of ${count(attempts, "attempt")}`;
}

/** `median 42 ms, p95 310 ms`. */
export function latencyOf(measured: Measured | undefined): string | null {
  if (measured === undefined) return null;
  const { median_ms: median, p95_ms: p95 } = measured;
  if (median === null || p95 === null) return null;
  return `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`;
}

/** The attempts of one message, on its page. */
export function Attempts({ of: log }: { readonly of: string | null }) {
  return (
    <Table
      caption="The last attempts that are kept, newest first"
      shown
      rows={readAttempts(log)}
      columns={[
        { head: "Time", cell: ({ at }) => <Time at={at} /> },
        { head: "Status", cell: (attempt) => answered(attempt) },
        { head: "Took", number: true, cell: ({ ms }) => milliseconds(ms) },
        { head: "Answer", as: "wide", cell: ({ answer }) => <Text of={answer} whole /> },
      ]}
    />
  );
}

/** The same in a row of a table: the last attempt, and all of them on demand. */
export function FoldedAttempts({ of: log }: { readonly of: string | null }) {
  const attempts = readAttempts(log);
  const [last] = attempts;
  if (last === undefined) return <span class="none">none kept</span>;
  const outcome = `${answered(last)} in ${milliseconds(last.ms)}`;
  return (
    <details>
      <summary>
        {attempts.length === 1
          ? outcome
          : `${count(attempts.length, "attempt")}, the last: ${outcome}`}
      </summary>
      <ul class="values">
        {attempts.map((attempt) => (
          <li>
            <Time at={attempt.at} /> {`${answered(attempt)}, ${milliseconds(attempt.ms)}`}
            {attempt.answer === null || attempt.answer === "" ? null : (
              <>
                : <Text of={attempt.answer} whole />
              </>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function showUnknown({ c, who }: PageContext): Response | Promise<Response> {
  const text = "No endpoint has this id. It may have been deleted.";
  return show(c, <PlainPage title="No such endpoint" text={text} who={who} />, 404);
}

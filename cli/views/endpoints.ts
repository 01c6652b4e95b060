/** Endpoints that events are forwarded to: as a list, and one complete endpoint. */
import type { Endpoint } from "../api/answers.ts";
import { fullTime, stateOf, type When } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable } from "../../testbed/terminal/table.ts";
import { count } from "../../testbed/terminal/text.ts";
import { printFacts } from "./facts.ts";

export function printEndpoints(out: Output, endpoints: readonly Endpoint[]): void {
  const { colours } = out;
  printTable(
    out,
    [
      { title: "endpoint" },
      { title: "status" },
      { title: "pending", align: "right" },
      { title: "events", narrow: "cut" },
      { title: "url", narrow: "cut" },
    ],
    endpoints.map(({ id, status, pending, event_types: types, url }) => [
      id,
      stateOf(colours, status),
      String(pending),
      types.join(", "),
      url,
    ]),
  );
}

export function printEndpoint(out: Output, endpoint: Endpoint, when: When): void {
  const { colours, print } = out;
  const { status, rate_limit: rate } = endpoint;
  print(`${colours.bold(endpoint.id)}  ${stateOf(colours, status)}`);
  printFacts(out, [
    ["url", endpoint.url],
    ["description", endpoint.description],
    ["events", endpoint.event_types.join(", ")],
    ["order", endpoint.include_order ? "beside the event" : null],
    ["rate limit", rate === null ? null : `${count(rate, "request")} a minute`],
    ["secret", `version ${String(endpoint.secret_version)}`],
    ["why", endpoint.status_reason],
    ["since", fullTime(endpoint.status_since, when)],
    ["failing since", fullTime(endpoint.failing_since, when)],
    ["added", fullTime(endpoint.created_at, when)],
    ["pending", count(endpoint.pending, "forward")],
  ]);
}

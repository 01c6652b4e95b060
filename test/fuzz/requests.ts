/** Random requests of people and scripts: every route of the console and the admin API, and paths without a route. */
import * as fc from "fast-check";
import { actions, pages } from "../../src/console/console";
import { routes } from "../../src/console/api/routes";
import { headerValue, pathPart, seldom } from "./deliveries";

export interface AnyRequest {
  readonly method: string;
  /** With `{key}` for each part that names something. */
  readonly path: string;
  /** For each `{key}`: an index into the newest stored keys, or the text itself. */
  readonly keys: readonly (number | string)[];
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
  readonly isSignedIn: boolean;
}

const named = (path: string): string => path.replaceAll(/:\w+/g, "{key}");

const known: readonly (readonly [string, string])[] = [
  ...Object.keys(pages).map((path) => ["GET", `/console${named(path)}`] as const),
  ...Object.keys(actions).map((path) => ["POST", `/console${named(path)}`] as const),
  ["GET", "/console/sign-in"],
  ["POST", "/console/sign-in"],
  ["GET", "/console/assets/{key}"],
  ...routes.map(({ name }) => {
    const [method = "", path = ""] = name.split(" ");
    return [method, `/api/admin${named(path)}`] as const;
  }),
  ["GET", "/health"],
];

const part = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 30 }) },
  { weight: 1, arbitrary: pathPart },
);

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e9",
    "100",
    "failed",
    "order.created",
    "email",
    "2026-11-22T10:00:00Z",
    "F-1",
    "asha@example.com",
    "9876543210",
    "%",
    "_",
    "NaN",
    "x".repeat(3_000),
  ),
);
const query = fc.array(
  fc.tuple(
    fc.constantFrom(
      "q",
      "limit",
      "cursor",
      "after",
      "status",
      "type",
      "order",
      "from",
      "to",
      "channel",
      "template",
      "notice",
      "page",
      "wrong",
      "x",
    ),
    value,
  ),
  { maxLength: 4 },
);

const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "cookie",
      "authorization",
      "origin",
      "referer",
      "sec-fetch-site",
      "hx-request",
      "accept",
      "accept-language",
      "content-type",
      "if-none-match",
      "range",
      "cf-access-jwt-assertion",
      "x-http-method-override",
    ),
    fc.oneof(
      headerValue,
      fc.constantFrom(
        "same-origin",
        "cross-site",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "ce_webhooks_zone=%",
        "ce_webhooks_next=%2F%2Fevil.example",
        "ce_webhooks_session=a.b.c",
        "Bearer ",
        "eyJhbGciOiJub25lIn0.e30.",
      ),
    ),
  ),
  { maxLength: 3 },
);

const field = fc.constantFrom(
  "ids",
  "status",
  "type",
  "order",
  "order_number",
  "event_type",
  "from",
  "to",
  "limit",
  "dry_run",
  "email",
  "phone",
  "contacts",
  "cursor",
  "event",
  "message",
  "token",
);
const body = fc.oneof(
  fc
    .dictionary(
      field,
      fc.oneof(value, fc.jsonValue({ maxDepth: 2 }), fc.array(value, { maxLength: 4 })),
    )
    .map((fields) => JSON.stringify(fields)),
  fc.dictionary(field, value).map((fields) => new URLSearchParams(fields).toString()),
  fc.json(),
  fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
);

export const anyRequest: fc.Arbitrary<AnyRequest> = fc
  .record({
    route: fc.constantFrom(...known),
    otherMethod: seldom(
      fc.constantFrom("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "GET"),
    ),
    more: seldom(pathPart),
    keys: fc.array(part, { minLength: 2, maxLength: 2 }),
    query,
    headers,
    body,
    isSignedIn: fc.nat({ max: 5 }).map((n) => n > 0),
  })
  .map(({ route: [ownMethod, path], otherMethod, more, body: text, ...rest }) => {
    const method = otherMethod ?? ownMethod;
    const hasBody = method !== "GET" && method !== "HEAD";
    return {
      ...rest,
      method,
      path: more === null ? path : `${path}/${more}`,
      body: hasBody ? text : null,
    };
  });

/** Errors of the admin API: problem details (RFC 9457) that also have `error`. */
import type { Context } from "hono";

const titles = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Content too large",
  429: "Too many requests",
  503: "Service unavailable",
} as const;
export type ProblemStatus = keyof typeof titles;

/** An answer of type `application/problem+json`. `detail`: what to do; `more`: further members. */
export function problem(
  c: Context,
  status: ProblemStatus,
  detail: string,
  more: object = {},
): Response {
  const body = {
    type: "about:blank",
    title: titles[status],
    status,
    detail,
    error: detail,
    ...more,
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="ce-webhooks"';
  return c.body(JSON.stringify(body), status, headers);
}

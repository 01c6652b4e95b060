/**
 * One route of the admin API: its name, its input, and its work. The table of routes is both the router and the
 * source of OpenAPI (descriptions.ts), so the two cannot differ.
 */
import type { Context } from "hono";
import type * as z from "zod/mini";
import { describeIssues } from "../../events/issues";
import type { RouteName } from "./descriptions";
import { problem } from "./problem";

interface ApiRequest<Deps> {
  readonly c: Context;
  readonly deps: Deps;
  /** A parameter of the path, decoded. */
  readonly part: (name: string) => string;
}

export interface ApiRoute<Deps> {
  readonly name: RouteName;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  readonly serve: (c: Context, deps: Deps) => Promise<Response>;
}

type Work<Deps, More> = (request: ApiRequest<Deps> & More) => Promise<Response>;

function requestOf<Deps>(c: Context, deps: Deps): ApiRequest<Deps> {
  return { c, deps, part: (name) => c.req.param(name) ?? "" };
}

/** A route without input, except for its path. */
export function plain<Deps>(name: RouteName, work: Work<Deps, object>): ApiRoute<Deps> {
  return { name, serve: (c, deps) => work(requestOf(c, deps)) };
}

/** A route with a query; an invalid query is answered 400 with the reason. */
export function asking<Deps, Query>(
  name: RouteName,
  query: z.ZodMiniType<Query>,
  work: Work<Deps, { readonly query: Query }>,
): ApiRoute<Deps> {
  return {
    name,
    query,
    serve: async (c, deps) => {
      const parsed = query.safeParse(c.req.query());
      if (!parsed.success) return problem(c, 400, describeIssues(parsed.error));
      return await work({ ...requestOf(c, deps), query: parsed.data });
    },
  };
}

/** A route with a JSON body; an invalid body is answered 400 with the reason. */
export function taking<Deps, Body>(
  name: RouteName,
  body: z.ZodMiniType<Body>,
  work: Work<Deps, { readonly body: Body }>,
): ApiRoute<Deps> {
  return {
    name,
    body,
    serve: async (c, deps) => {
      let raw: unknown;
      try {
        raw = await c.req.json();
      } catch {
        return problem(c, 400, "The body is not JSON");
      }
      const parsed = body.safeParse(raw);
      if (!parsed.success) return problem(c, 400, describeIssues(parsed.error));
      return await work({ ...requestOf(c, deps), body: parsed.data });
    },
  };
}

/**
 * One route of the admin API: its name, what it takes, and the work. The table of them is both the router
 * and what OpenAPI describes (descriptions.ts), so neither can say what the other does not do.
 */
import type { Context } from "hono";
import type * as z from "zod/mini";
import { describeIssues } from "../../events/issues";
import type { RouteName } from "./descriptions";
import { problem } from "./problem";

interface ApiRequest<Deps> {
  readonly c: Context;
  readonly deps: Deps;
  /** A part of the path, decoded. */
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

/** A route that takes no more than its path. */
export function plain<Deps>(name: RouteName, work: Work<Deps, object>): ApiRoute<Deps> {
  return { name, serve: (c, deps) => work(requestOf(c, deps)) };
}

/** A route with a query; one that is not understood is a 400 that says why. */
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

/** A route with a JSON body; one that is not understood is a 400 that says why. */
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

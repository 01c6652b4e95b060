/**
 * The admin API as OpenAPI 3.1, from the table of its routes and their zod models. tools/assets.ts
 * writes it down as a static file: the Worker serves it, and carries nothing of this.
 */
import * as z from "zod/mini";
import { answers } from "./answers";
import type { ApiRoute } from "./api-route";
import { routes } from "./routes";

type RouteDescription = Omit<ApiRoute<never>, "serve">;

type Json = Readonly<Record<string, unknown>>;

function schemaOf(model: z.ZodMiniType, io: "input" | "output"): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(model, { io, unrepresentable: "any" });
  return schema;
}

function parametersOf({ path, query }: RouteDescription): readonly Json[] {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  if (query === undefined) return parts;
  // Every field of a query may be left out.
  const { properties = {} } = z.toJSONSchema(query, { io: "input", unrepresentable: "any" });
  const asked = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
  return [...parts, ...asked];
}

const problemContent = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
};

function operationOf(route: RouteDescription): Json {
  const { summary, body, answer, status = 200 } = route;
  const content =
    answer === undefined
      ? {}
      : { content: { "application/json": { schema: schemaOf(answers[answer], "output") } } };
  return {
    summary,
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(body, "input") } },
          },
        }),
    responses: {
      [status]: { description: "Done", ...content },
      default: { description: "A problem (RFC 9457)", content: problemContent },
    },
  };
}

/** `version`: that of the receiver. */
export function describeApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  const problem = z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    error: z.string(),
  });
  return {
    openapi: "3.1.0",
    info: { title: "Commerce Engine webhooks: admin API", version },
    servers: [{ url: "/api/admin" }],
    security: [{ token: [] }, { access: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, "output") },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN" },
        access: { type: "apiKey", in: "header", name: "cf-access-jwt-assertion" },
      },
    },
  };
}

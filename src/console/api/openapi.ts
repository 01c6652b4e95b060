/**
 * The admin API as OpenAPI 3.1, from the table of its routes and their zod models. tools/assets.ts writes it to a
 * static file: the Worker serves the file, and contains none of this code.
 */
import * as z from "zod/mini";
import type { ApiRoute } from "./api-route";
import { describe } from "./descriptions";
import { routes } from "./routes";

type RouteDescription = Omit<ApiRoute<never>, "serve">;

type Json = Readonly<Record<string, unknown>>;

function schemaOf(model: z.ZodMiniType, io: "input" | "output") {
  const { $schema: _, ...schema } = z.toJSONSchema(model, { io, unrepresentable: "any" });
  return schema;
}

/** The input of a route, with the descriptions of its fields. */
function inputOf({ name }: RouteDescription, model: z.ZodMiniType) {
  const schema = schemaOf(model, "input");
  const { fields = {} } = describe(name);
  const properties: Record<string, Json> = {};
  for (const [field, type] of Object.entries(schema.properties ?? {})) {
    properties[field] = { ...(typeof type === "object" ? type : {}), ...fields[field] };
  }
  return { ...schema, properties };
}

function parametersOf(route: RouteDescription, path: string): readonly Json[] {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  if (route.query === undefined) return parts;
  // All fields of a query are optional.
  const asked = Object.entries(inputOf(route, route.query).properties).map(([name, schema]) => ({
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

function operationOf(route: RouteDescription, path: string): Json {
  const { name, body } = route;
  const { summary, answer, takes, status = 200 } = describe(name);
  const content =
    answer === undefined
      ? {}
      : { content: { "application/json": { schema: schemaOf(answer, "output") } } };
  return {
    summary,
    parameters: parametersOf(route, path),
    ...(takes === undefined
      ? {}
      : { requestBody: { required: true, content: { [takes]: { schema: { type: "string" } } } } }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: inputOf(route, body) } },
          },
        }),
    responses: {
      [status]: { description: "Done", ...content },
      default: { description: "A problem (RFC 9457)", content: problemContent },
    },
  };
}

/** `version`: the receiver's version. */
export function describeApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const [method = "", path = ""] = route.name.replaceAll(/:(\w+)/g, "{$1}").split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route, path) };
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

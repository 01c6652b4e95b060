/**
 * The admin API, for scripts, the command line and the console. Its routes are a table (routes.ts), and OpenAPI
 * describes the same table.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { routePath } from "hono/route";
import { errorText, log } from "../../log";
import { noteFailedSignIn, saveNoted, setWho } from "../activity/note";
import type { AdminApiDeps, Serve } from "../deps";
import { problem } from "./problem";
import { routes } from "./routes";
import { explainFailure } from "../set-up/failure-words";
import { admit, type ApiAccess } from "../auth/sign-in";

function refusal(c: Context, access: Exclude<ApiAccess, { readonly kind: "right" }>): Response {
  switch (access.kind) {
    case "wrong":
      return problem(
        c,
        401,
        "Send ADMIN_TOKEN as a bearer token, or come through Cloudflare Access",
      );
    case "too many":
      c.header("retry-after", String(access.retryAfterS));
      return problem(c, 429, "Too many wrong tokens have come from here; wait before the next");
    case "from elsewhere":
      return problem(c, 403, "A page of another site may not ask for this");
  }
}

/** The routes under /api/admin; without access, every path is answered 401. */
export function adminApi<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => AdminApiDeps,
): Serve<E> {
  const api = new Hono<{ Bindings: E }>({ strict: false }).basePath("/api/admin");
  api.use("*", async (c, next) => {
    const deps = depsOf(c);
    const access = await admit(c, deps);
    if (access.kind !== "right") {
      if (c.req.raw.headers.has("authorization")) await noteFailedSignIn(deps);
      return refusal(c, access);
    }
    setWho(c, access.who);
    c.header("cache-control", "no-store");
    await next();
    await saveNoted(c, deps);
    return undefined;
  });
  for (const { name, serve } of routes) {
    const [method = "", path = ""] = name.split(" ");
    api.on(method, path, (c) => serve(c, depsOf(c)));
  }
  api.all("*", (c) => problem(c, 404, "The admin API has nothing here"));
  api.onError(async (error, c) => {
    log.error("admin_api", { route: routePath(c), error: errorText(error) });
    c.header("retry-after", "30");
    return problem(
      c,
      503,
      (await explainFailure(depsOf(c), error)) ?? "Something went wrong; ask again",
    );
  });
  return api.fetch;
}

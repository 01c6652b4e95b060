/**
 * Every route of the admin API, by subject. tools/assets.ts writes the table as OpenAPI, so that the Worker need
 * not contain the descriptions; a test checks that the two agree.
 */
// As in src/index.ts, the order is that of the bundle.
import { orderRoutes } from "./order-routes";
import { eventRoutes } from "./event-routes";
import { messageRoutes } from "./message-routes";
import { statusRoutes } from "./status-routes";
import { activityRoutes } from "../activity/route";
import { shopRoutes } from "./shop/routes";
import { privacyRoutes } from "./privacy-routes";
import { rebuildRoutes } from "./rebuild-routes";
import { searchRoutes } from "../search/route";
import { problem } from "./problem";
import type { Route } from "../deps";
import { endpointRoutes } from "./endpoints/routes";
import { plain } from "./api-route";
import { importRoutes } from "./imports/routes";
import { textRoutes } from "./texts/routes";

export const routes: readonly Route[] = [
  ...statusRoutes,
  ...eventRoutes,
  ...searchRoutes,
  ...orderRoutes,
  ...messageRoutes,
  ...endpointRoutes,
  ...shopRoutes,
  ...textRoutes,
  ...importRoutes,
  ...rebuildRoutes,
  ...privacyRoutes,
  ...activityRoutes,
  plain("GET /openapi.json", async ({ c, deps }) => {
    const found = await deps.assets?.("/console/openapi.json");
    if (found?.ok !== true) return problem(c, 404, "This Worker runs without its static files");
    return c.body(await found.text(), 200, { "content-type": "application/json" });
  }),
];

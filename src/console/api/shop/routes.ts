/** The shop's settings, each by its name, and which messages are on. GET /settings lists the settings. */
import type { Context } from "hono";
import { throughAccess } from "../../auth/sign-in";
import type { AdminApiDeps, Route } from "../../deps";
import {
  type Changed,
  changeSetting,
  resetSetting,
  switchMessage,
  viewSetting,
  viewSwitches,
} from "../../shop/settings";
import { plain, taking } from "../api-route";
import { problem } from "../problem";
import { settingBody, switchBody } from "./shapes";

function answer<T extends object>(c: Context, given: Changed<T>): Response {
  return given.ok ? c.json(given.value) : problem(c, given.status, given.reason);
}

/** A person through Access, else whoever has the token. */
async function whoIs(c: Context, deps: AdminApiDeps): Promise<string> {
  return (await throughAccess(c, deps)) ?? "admin API";
}

export const shopRoutes: readonly Route[] = [
  plain("GET /settings/:name", async ({ c, deps, part }) =>
    answer(c, await viewSetting(deps.shop, part("name"))),
  ),
  taking("PUT /settings/:name", settingBody, async ({ c, deps, part, body }) =>
    answer(c, await changeSetting(deps.shop, part("name"), body.value, await whoIs(c, deps))),
  ),
  plain("DELETE /settings/:name", async ({ c, deps, part }) =>
    answer(c, await resetSetting(deps.shop, part("name"))),
  ),
  plain("GET /switches", async ({ c, deps }) =>
    c.json({ switches: await viewSwitches(deps.shop) }),
  ),
  taking("PUT /switches", switchBody, async ({ c, deps, body }) =>
    answer(c, await switchMessage(deps.shop, body, await whoIs(c, deps))),
  ),
];

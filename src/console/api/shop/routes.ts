/** The shop's settings, each by its name, and which messages are on. GET /settings lists the settings. */
import type { Context } from "hono";
import { note, noteSwitch, whoIn } from "../../activity/note";
import type { Route } from "../../deps";
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

function noteSetting<T>(c: Context, name: string, changed: Changed<T>): Changed<T> {
  if (changed.ok) note(c, "setting_changed", { about: name });
  return changed;
}

export const shopRoutes: readonly Route[] = [
  plain("GET /settings/:name", async ({ c, deps, part }) =>
    answer(c, await viewSetting(deps.shop, part("name"))),
  ),
  taking("PUT /settings/:name", settingBody, async ({ c, deps, part, body }) => {
    const name = part("name");
    const changed = await changeSetting(deps.shop, name, body.value, whoIn(c));
    return answer(c, noteSetting(c, name, changed));
  }),
  plain("DELETE /settings/:name", async ({ c, deps, part }) => {
    const name = part("name");
    return answer(c, noteSetting(c, name, await resetSetting(deps.shop, name)));
  }),
  plain("GET /switches", async ({ c, deps }) =>
    c.json({ switches: await viewSwitches(deps.shop) }),
  ),
  taking("PUT /switches", switchBody, async ({ c, deps, body }) => {
    const switched = await switchMessage(deps.shop, body, whoIn(c));
    if (switched.ok) noteSwitch(c, body);
    return answer(c, switched);
  }),
];

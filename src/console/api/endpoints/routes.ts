/** Endpoints that events are forwarded to: list, change and test them, and replay events to them. */
import type { Context } from "hono";
import type { ActivityKind } from "../../../store/activity/activity";
import { note } from "../../activity/note";
import type { Route } from "../../deps";
import {
  replayToEndpoint,
  rotateEndpoint,
  showSecret,
  testEndpoint,
} from "../../forwarding/endpoint-acts";
import {
  addEndpoint,
  type Answer,
  editEndpoint,
  findEndpoint,
  listEndpoints,
  pauseEndpoint,
  type Refusal,
  removeEndpoint,
  resumeEndpoint,
} from "../../forwarding/endpoints";
import { plain, taking } from "../api-route";
import { problem } from "../problem";
import { editEndpointBody, newEndpointBody, pauseEndpointBody, replayEndpointBody } from "./shapes";

const statuses = { unknown: 404, wrong: 400, conflict: 409 } as const satisfies Record<
  Refusal["kind"],
  number
>;

function answer<T extends object>(
  c: Context,
  given: Answer<T>,
  done: ActivityKind | null = null,
  id?: string,
): Response {
  if (given.ok && done !== null) note(c, done, { about: id ?? c.req.param("id") });
  return given.ok ? c.json(given.value) : problem(c, statuses[given.kind], given.reason);
}

export const endpointRoutes: readonly Route[] = [
  plain("GET /endpoints", async ({ c, deps }) =>
    c.json({ endpoints: await listEndpoints(deps.forwarding) }),
  ),
  taking("POST /endpoints", newEndpointBody, async ({ c, deps, body }) => {
    const added = await addEndpoint(deps.forwarding, body);
    return answer(c, added, "endpoint_add", added.ok ? added.value.id : "");
  }),
  plain("GET /endpoints/:id", async ({ c, deps, part }) =>
    answer(c, await findEndpoint(deps.forwarding, part("id"))),
  ),
  taking("PATCH /endpoints/:id", editEndpointBody, async ({ c, deps, part, body }) =>
    answer(c, await editEndpoint(deps.forwarding, part("id"), body), "endpoint_edit"),
  ),
  plain("DELETE /endpoints/:id", async ({ c, deps, part }) => {
    const removed = await removeEndpoint(deps.forwarding, part("id"));
    if (!removed.ok) return answer(c, removed);
    note(c, "endpoint_delete", { about: part("id") });
    return c.body(null, 204);
  }),
  taking("POST /endpoints/:id/pause", pauseEndpointBody, async ({ c, deps, part, body }) =>
    answer(c, await pauseEndpoint(deps.forwarding, part("id"), body.reason), "endpoint_pause"),
  ),
  plain("POST /endpoints/:id/resume", async ({ c, deps, part }) =>
    answer(c, await resumeEndpoint(deps.forwarding, part("id")), "endpoint_resume"),
  ),
  plain("GET /endpoints/:id/secret", async ({ c, deps, part }) =>
    answer(c, await showSecret(deps.forwarding, part("id")), "endpoint_secret"),
  ),
  plain("POST /endpoints/:id/rotate", async ({ c, deps, part }) =>
    answer(c, await rotateEndpoint(deps.forwarding, part("id")), "endpoint_rotate"),
  ),
  plain("POST /endpoints/:id/test", async ({ c, deps, part }) =>
    answer(c, await testEndpoint(deps.forwarding, part("id")), "endpoint_test"),
  ),
  taking("POST /endpoints/:id/replay", replayEndpointBody, async ({ c, deps, part, body }) => {
    const wish = { ...body, cursor: Number(body.cursor) };
    const replayed = await replayToEndpoint(deps.forwarding, part("id"), wish);
    if (!replayed.ok) return answer(c, replayed);
    const { forwards, next } = replayed.value;
    if (!body.dry_run && forwards > 0) {
      note(c, "endpoint_replay", { about: part("id"), times: forwards });
    }
    const next_cursor = next === null ? null : String(next);
    return c.json({ dry_run: body.dry_run, count: forwards, next_cursor });
  }),
];

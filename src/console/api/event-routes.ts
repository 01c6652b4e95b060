/** Events: the inbox as a list, one complete event, and the replay of settled events. */
import { listEvents } from "../../store/inbox/event-list";
import { deleteTestEvent, listTroubled, TEST_EVENT_TYPE } from "../../store/inbox/inspection";
import { loadReplay, statusesOf } from "../../store/replays";
import { listReplayable } from "../../store/inbox/waiting";
import { asking, plain, taking } from "./api-route";
import type { Route } from "../deps";
import { type EventView, viewEvent } from "../event-view";
import { problem } from "./problem";
import { noteReplay, replayRecorded } from "../replay";
import { eventsQuery, replayBody } from "./shapes";

const TROUBLED_MAX = 100;
const noEvent = "There is no event with this id";

function withoutPlace<Row extends { event_row: number }>(row: Row): Omit<Row, "event_row"> {
  const { event_row: _, ...event } = row;
  return event;
}

function eventAnswer(view: EventView): object {
  const { event, notes, outcome, changed, overridden, messages, leftOut } = view;
  const { outbox: _, status_precedence: __, push_at: ___, pushes: ____, ...stored } = event;
  return {
    ...stored,
    notes,
    outcome,
    changed: changed.map(({ entity, key, register }) => ({ entity, row_key: key, register })),
    overridden: overridden.map(({ entity, key, register, comparison, against }) => ({
      entity,
      row_key: key,
      register,
      to: against,
      why: comparison,
    })),
    notifications: messages,
    left_out: leftOut,
  };
}

export const eventRoutes: readonly Route[] = [
  plain("GET /troubled", async ({ c, deps }) => {
    const events = await listTroubled(deps.db, TROUBLED_MAX);
    return c.json({ events: events.map(withoutPlace) });
  }),
  asking("GET /events", eventsQuery, async ({ c, deps, query }) => {
    const { limit, cursor, after, ...filter } = query;
    const page = await listEvents(deps.db, filter, {
      limit,
      before: cursor === undefined ? undefined : Number(cursor),
      after: after === undefined ? undefined : Number(after),
    });
    const reached = page.next ?? page.latest;
    return c.json({
      events: page.events.map(withoutPlace),
      next_cursor: after !== undefined || page.next === null ? null : String(page.next),
      latest_cursor: String(after === undefined ? page.latest : reached),
    });
  }),
  plain("GET /events/:id", async ({ c, deps, part }) => {
    const view = await viewEvent(deps.db, part("id"), deps.defaults);
    return view === null ? problem(c, 404, noEvent) : c.json(eventAnswer(view));
  }),
  plain("DELETE /events/:id", async ({ c, deps, part }) => {
    const removed = await deleteTestEvent(deps.db, part("id"), TEST_EVENT_TYPE);
    const why = `Only events of type ${TEST_EVENT_TYPE} that are ignored can be removed`;
    return removed ? c.body(null, 204) : problem(c, 409, why);
  }),
  taking("POST /replay", replayBody, async ({ c, deps, body }) => {
    const { limit, dry_run, ...filter } = body;
    if (!dry_run) {
      const { ids, replay } = await replayRecorded(deps, filter, limit);
      noteReplay(c, ids, replay);
      return c.json({ dry_run, count: ids.length, ids, more: ids.length === limit, replay });
    }
    const ids = await listReplayable(deps.db, filter, limit);
    return c.json({ dry_run, count: ids.length, ids, more: ids.length === limit });
  }),
  plain("GET /replays/:id", async ({ c, deps, part }) => {
    const replay = await loadReplay(deps.db, Number(part("id")));
    if (replay === null) return problem(c, 404, "There is no such replay");
    const { total: events, ...rest } = replay;
    return c.json({ ...rest, events, statuses: statusesOf(replay) });
  }),
];

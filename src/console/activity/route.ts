/** The activity in the admin API. */
import * as z from "zod/mini";
import { listActivity } from "../../store/activity/activity";
import { asking } from "../api/api-route";
import { pageLimit, rowCursor } from "../api/shapes";
import type { Route } from "../deps";

const activityQuery = z.strictObject({ limit: pageLimit, cursor: z.optional(rowCursor) });

export const activityRoutes: readonly Route[] = [
  asking("GET /activity", activityQuery, async ({ c, deps, query: { limit, cursor } }) => {
    const { rows, next } = await listActivity(
      deps.db,
      limit,
      cursor === undefined ? undefined : Number(cursor),
    );
    return c.json({
      activity: rows.map(({ at, who, what, about, times }) => ({ at, who, what, about, times })),
      next_cursor: next === null ? null : String(next),
    });
  }),
];

/** The search of the admin API. Names and contacts are not masked: the person who searches knows one of them. */
import * as z from "zod/mini";
import { find } from "../../store/search/search";
import { SEARCH_CHARACTERS } from "../../store/search/terms";
import { asking } from "../api/api-route";
import type { Route } from "../deps";

const searchQuery = z.strictObject({
  q: z.string().check(z.minLength(1), z.maxLength(SEARCH_CHARACTERS)),
});

export const searchRoutes: readonly Route[] = [
  asking("GET /search", searchQuery, async ({ c, deps, query: { q } }) => {
    const { ofWholeContact: _, ...found } = await find(deps.db, q, deps.defaults);
    return c.json(found);
  }),
];

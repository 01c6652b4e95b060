/** The search of the admin API. Names and contacts are not masked: the person who searches knows one of them. */
import * as z from "zod/mini";
import { SEARCH_CHARACTERS } from "../../store/search/terms";
import { asking } from "../api/api-route";
import type { Route } from "../deps";
import { findWithArchived } from "./find";

const searchQuery = z.strictObject({
  q: z.string().check(z.minLength(1), z.maxLength(SEARCH_CHARACTERS)),
});

export const searchRoutes: readonly Route[] = [
  asking("GET /search", searchQuery, async ({ c, deps, query: { q } }) => {
    const { ofWholeContact: _, ...found } = await findWithArchived(deps, q);
    return c.json(found);
  }),
];

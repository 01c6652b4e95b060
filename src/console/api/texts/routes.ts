/** The texts of messages: read, edit and restore them. */
import type { Context } from "hono";
import * as z from "zod/mini";
import { DEFAULT_LANGUAGE } from "../../../notifications/texts";
import { note, whoIn } from "../../activity/note";
import type { Route } from "../../deps";
import {
  changeText,
  findText,
  listTexts,
  restoreText,
  type TextAnswer,
  type TextWithVersions,
} from "../../texts/message-texts";
import { asking, plain, taking } from "../api-route";
import { problem } from "../problem";

const statuses = { unknown: 404, wrong: 400 } as const;

function answer<T extends object>(c: Context, given: TextAnswer<T>): Response {
  if (given.ok) return c.json(given.value);
  const { kind, reason, at } = given;
  return problem(c, statuses[kind], reason, at === undefined ? {} : { at });
}

function noted(c: Context, changed: TextAnswer<TextWithVersions>): Response {
  if (changed.ok) {
    const { language, key } = changed.value;
    note(c, "text_changed", { about: `${language} ${key}` });
  }
  return answer(c, changed);
}

const textsQuery = z.object({
  language: z._default(z.string().check(z.maxLength(35)), DEFAULT_LANGUAGE),
});
/** Longer than any text: the exact limit depends on the form of the text. */
const editTextBody = z.strictObject({ text: z.string().check(z.maxLength(5_000)) });
const restoreTextBody = z.strictObject({ version: z.int().check(z.minimum(1)) });

export const textRoutes: readonly Route[] = [
  asking("GET /texts", textsQuery, async ({ c, deps, query }) =>
    answer(c, await listTexts(deps, query.language)),
  ),
  plain("GET /texts/:language/:key", async ({ c, deps, part }) =>
    answer(c, await findText(deps, part("language"), part("key"))),
  ),
  taking("PUT /texts/:language/:key", editTextBody, async ({ c, deps, part, body }) => {
    const change = { text: body.text, by: whoIn(c) };
    return noted(c, await changeText(deps, part("language"), part("key"), change));
  }),
  plain("DELETE /texts/:language/:key", async ({ c, deps, part }) => {
    const change = { text: null, by: whoIn(c) };
    return noted(c, await changeText(deps, part("language"), part("key"), change));
  }),
  taking("POST /texts/:language/:key/restore", restoreTextBody, async (request) => {
    const { c, deps, part, body } = request;
    const wish = { version: body.version, by: whoIn(c) };
    return noted(c, await restoreText(deps, part("language"), part("key"), wish));
  }),
];

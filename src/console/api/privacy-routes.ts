/** Routes of the admin API for personal data and the archive. Addresses are never part of a path or a query. */
import * as z from "zod/mini";
import { contactsOf, emailContacts } from "../../projection/patches/contacts";
import { loadErasure } from "../../store/privacy/erasure";
import { countHeld } from "../../store/privacy/person";
import { note } from "../activity/note";
import { asking, plain, taking } from "./api-route";
import type { AdminApiDeps, Contacts, Route } from "../deps";
import { problem } from "./problem";
import { dryRun } from "./shapes";

const person = {
  email: z.optional(z.string().check(z.maxLength(320))),
  phone: z.optional(z.string().check(z.maxLength(50))),
};
const cursor = z.optional(z.string().check(z.maxLength(600)));
const day = z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/, "a day is YYYY-MM-DD")));

const erasureBody = z.strictObject({ ...person, dry_run: dryRun });
const exportBody = z.strictObject({ ...person, cursor });
const restoreBody = z.strictObject({ from: day, to: day, cursor, dry_run: dryRun });
const archiveQuery = z.strictObject({ cursor });

const ARCHIVE_PAGE = 100;
const noArchive = "There is no archive: bind an R2 bucket as ARCHIVE";

interface Person {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** The requested contacts; null if one of them is invalid, or none is given. */
function contactsIn({ email, phone }: Person, { defaults }: AdminApiDeps): Contacts | null {
  const given = [
    ...(email === undefined ? [] : [emailContacts(email)]),
    ...(phone === undefined ? [] : [phone.includes("@") ? [] : contactsOf(phone, defaults)]),
  ];
  return given.length === 0 || given.some((contacts) => contacts.length === 0)
    ? null
    : given.flat();
}

const noContact =
  "Give an e-mail address as email, a phone number with its country code as phone, or both";

export const privacyRoutes: readonly Route[] = [
  taking("POST /erasures", erasureBody, async ({ c, deps, body }) => {
    const contacts = contactsIn(body, deps);
    if (contacts === null) return problem(c, 400, noContact);
    if (!body.dry_run) {
      const erasure = await deps.erase(contacts);
      note(c, "erased", { about: String(erasure.id) });
      return c.json(erasure, 202);
    }
    return c.json({ dry_run: true, ...(await countHeld(deps.db, contacts)) });
  }),
  plain("GET /erasures/:id", async ({ c, deps, part }) => {
    const erasure = await loadErasure(deps.db, Number(part("id")));
    return erasure === null ? problem(c, 404, "There is no such erasure") : c.json(erasure);
  }),
  taking("POST /exports", exportBody, async ({ c, deps, body }) => {
    const contacts = contactsIn(body, deps);
    if (contacts === null) return problem(c, 400, noContact);
    const page = await deps.exportPage(contacts, body.cursor);
    if (page === null) return problem(c, 400, "cursor: not one of an export");
    if (body.cursor === undefined) note(c, "exported");
    return c.json(page);
  }),
  asking("GET /archive", archiveQuery, async ({ c, deps, query }) => {
    if (deps.archive === null) return problem(c, 404, noArchive);
    const { objects, next } = await deps.archive.list(query.cursor ?? "", ARCHIVE_PAGE);
    return c.json({ objects, next_cursor: next });
  }),
  taking("POST /archive/restore", restoreBody, async ({ c, deps, body }) => {
    const { archive } = deps;
    if (archive === null) return problem(c, 404, noArchive);
    const restored = await archive.restore(body);
    if (!body.dry_run) note(c, "restored", { times: restored.events });
    return c.json(restored);
  }),
];

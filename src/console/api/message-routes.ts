/** Messages: the outbox as a list, one message as it was sent, the resend, and quiet-until. */
import { contactsLike } from "../../projection/patches/contacts";
import { isBare, listMessages, loadMessage, type Message } from "../../store/outbox/message-list";
import { countQuieted, isTooFarAhead, loadQuietUntil } from "../../store/outbox/quiet-until";
import { loadReplay, statusesOf } from "../../store/replays";
import { note, noteQuietUntil } from "../activity/note";
import { asking, plain, taking } from "./api-route";
import type { Route } from "../deps";
import { readAttempts } from "../forwarding/attempts";
import { maskMessage } from "../mask";
import { problem } from "./problem";
import { notificationsQuery, quietUntilBody, UNSENT_COUNTED, unsentBody } from "./shapes";

const noMessage = "There is no notification with this id";

const whyNotResent = (message: Message): string =>
  message.status !== "pending" && isBare(message)
    ? "Only the fact that it was sent is kept: it cannot be resent"
    : "It is pending: it will be sent without being asked for again";

export const messageRoutes: readonly Route[] = [
  asking(
    "GET /notifications",
    notificationsQuery,
    async ({ c, deps, query: { limit, cursor, recipient, ...filter } }) => {
      const contacts = recipient === undefined ? undefined : contactsLike(recipient, deps.defaults);
      const page = await listMessages(deps.db, { ...filter, contacts }, { limit, before: cursor });
      return c.json({ notifications: page.messages.map(maskMessage), next_cursor: page.next });
    },
  ),
  plain("GET /notifications/:id", async ({ c, deps, part }) => {
    const message = await loadMessage(deps.db, part("id"));
    if (message === null) return problem(c, 404, noMessage);
    return c.json({ ...message, attempt_log: readAttempts(message.attempt_log) });
  }),
  taking("POST /notifications/send-again", unsentBody, async ({ c, deps, body }) => {
    const { limit, dry_run, ...filter } = body;
    const { messages, too_old } = await deps.countUnsent(filter, UNSENT_COUNTED);
    const fresh = messages - too_old;
    const { count, resend } = dry_run
      ? { count: Math.min(fresh, limit) }
      : await deps.sendUnsent(filter, limit);
    if (typeof resend === "number") note(c, "unsent_sent", { about: filter.reason, times: count });
    return c.json({ dry_run, count, too_old, more: fresh > count, resend });
  }),
  plain("GET /resends/:id", async ({ c, deps, part }) => {
    const resend = await loadReplay(deps.db, Number(part("id")), "messages");
    if (resend === null) return problem(c, 404, "There is no such resend");
    const { total: messages, ...rest } = resend;
    return c.json({ ...rest, messages, statuses: statusesOf(resend) });
  }),
  plain("POST /notifications/:id/send-again", async ({ c, deps, part }) => {
    const id = part("id");
    if (await deps.resendMessage(id)) {
      note(c, "resent", { about: id });
      return c.json({ id, status: "pending" });
    }
    const known = await loadMessage(deps.db, id);
    return known === null ? problem(c, 404, noMessage) : problem(c, 409, whyNotResent(known));
  }),
  plain("GET /quiet-until", async ({ c, deps }) => {
    const quiet = await loadQuietUntil(deps.db);
    return c.json({ until: quiet?.until ?? null, set_at: quiet?.setAt ?? null });
  }),
  taking("POST /quiet-until", quietUntilBody, async ({ c, deps, body: { until, dry_run } }) => {
    const now = deps.now();
    const wanted = until === undefined ? now.toISOString() : until;
    if (wanted !== null && isTooFarAhead(wanted, now)) {
      return problem(c, 400, "until: more than a day ahead");
    }
    const messages = wanted === null ? 0 : await countQuieted(deps.db, wanted);
    if (!dry_run) {
      await deps.setQuietUntil(wanted);
      noteQuietUntil(c, wanted);
    }
    return c.json({ dry_run, until: wanted, messages });
  }),
];

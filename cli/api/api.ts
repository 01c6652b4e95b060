/**
 * The admin API of a receiver. Answers are checked against answers.ts; what is not there is null; every
 * other refusal is a failure that says what to do.
 */
import * as z from "zod/mini";
import * as answers from "./answers.ts";
import { Failure } from "../failure.ts";
import { type Answer, errorOf, type Http, parseJson } from "./http.ts";
import { requireToken, type Settings } from "../settings.ts";

type Query = Readonly<Record<string, string | number | undefined>>;

export const PAGE_MAX = 100;

function pathOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function isProblem({ headers }: Answer): boolean {
  return headers.get("content-type")?.startsWith("application/problem+json") === true;
}

/** Why a request was refused; null where it only says that there is no such thing. */
function refusal(answer: Answer, { url, token }: Settings): Failure | null {
  const { status } = answer;
  if (status === 401) {
    const which = token === null ? "Cloudflare Access" : `the token (from ${token.source})`;
    return new Failure(
      "unauthorized",
      `${url} does not accept ${which}; is it that receiver's ADMIN_TOKEN?`,
    );
  }
  if (status >= 300 && status < 400) {
    const where = URL.parse(answer.headers.get("location") ?? "")?.host ?? "elsewhere";
    return new Failure(
      "unauthorized",
      `${url} sends to ${where} to sign in; set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET`,
    );
  }
  if (status === 404) {
    if (isProblem(answer)) return null;
    return new Failure(
      "unauthorized",
      `${url} has no admin API: set its ADMIN_TOKEN (npx wrangler secret put ADMIN_TOKEN), or give another --url`,
    );
  }
  const isTemporary = status >= 500 || status === 429;
  return new Failure("refused", `The receiver answered ${status}: ${errorOf(answer)}`, isTemporary);
}

export function createApi(http: Http, connection: Settings) {
  requireToken(connection);
  const { url, token, access } = connection;
  const headers = {
    accept: "application/json",
    ...(token === null ? {} : { authorization: `Bearer ${token.value}` }),
    ...access,
  };

  async function ask<T>(
    path: string,
    shape: z.ZodMiniType<T>,
    request: { readonly method?: "POST" | "DELETE"; readonly body?: object } = {},
  ): Promise<T | null> {
    const { method, body } = request;
    const answer = await http(`${url}/api/admin${path}`, {
      ...(method === undefined ? {} : { method }),
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) {
      const failure = refusal(answer, connection);
      if (failure === null) return null;
      throw failure;
    }
    const parsed = z.safeParse(shape, parseJson(answer.text) ?? null);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = `${path.split("?")[0] ?? ""} ${issue?.path.join(".") ?? ""}`.trim();
    throw new Failure(
      "refused",
      `The answer of ${url} is not understood (${where}: ${issue?.message ?? "?"}); is it another version?`,
    );
  }

  async function demand<T>(...args: Parameters<typeof ask<T>>): Promise<T> {
    const answer = await ask<T>(...args);
    if (answer !== null) return answer;
    throw new Failure("refused", `${url} knows no ${args[0]}; is it an older version?`);
  }

  const part = encodeURIComponent;
  return {
    health: () => demand("/health", answers.health),
    settings: () => demand("/settings", answers.settings),
    events: (query: Query) => demand(pathOf("/events", query), answers.events),
    event: (id: string) => ask(`/events/${part(id)}`, answers.eventDetail),
    /** Of type `receiver.test` only. */
    removeTestEvent: async (id: string): Promise<void> => {
      await ask(`/events/${part(id)}`, z.null(), { method: "DELETE" });
    },
    orders: (query: Query) => demand(pathOf("/orders", query), answers.orders),
    order: (number: string) => ask(`/orders/${part(number)}`, answers.order),
    timeline: (number: string) => ask(`/orders/${part(number)}/timeline`, answers.timeline),
    explain: (number: string) => ask(`/orders/${part(number)}/explain`, answers.explanation),
    messages: (query: Query) => demand(pathOf("/notifications", query), answers.messages),
    message: (id: string) => ask(`/notifications/${part(id)}`, answers.messageDetail),
    sendAgain: (id: string) =>
      ask(`/notifications/${part(id)}/send-again`, answers.sendAgain, { method: "POST" }),
    replay: (body: object) => demand("/replay", answers.replay, { method: "POST", body }),
    countHeld: (person: object) =>
      demand("/erasures", answers.heldCounts, {
        method: "POST",
        body: { ...person, dry_run: true },
      }),
    erase: (person: object) =>
      demand("/erasures", answers.erasure, { method: "POST", body: person }),
    erasure: (id: number) => demand(`/erasures/${String(id)}`, answers.erasure),
    exportPage: (body: object) => demand("/exports", answers.exportPage, { method: "POST", body }),
    /** Null where there is no archive. */
    restore: (body: object) => ask("/archive/restore", answers.restored, { method: "POST", body }),
  };
}

export type Api = ReturnType<typeof createApi>;

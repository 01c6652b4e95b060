/**
 * The admin API of a receiver. Answers are checked with answers.ts. A resource that does not exist is null; every
 * other refusal is a failure that says what to do.
 */
import * as z from "zod/mini";
import * as answers from "./answers.ts";
import { Failure } from "../failure.ts";
import { type Answer, errorOf, type Http, parseJson } from "./http.ts";
import { requireToken, type Settings } from "../settings.ts";

type Query = Readonly<Record<string, string | number | undefined>>;

export const PAGE_MAX = 100;

/** A slice of an import is applied before it is answered: D1 may take half a minute for a batch. */
const IMPORT_TIMEOUT_MS = 90_000;

function pathOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function isProblem({ headers }: Answer): boolean {
  return headers.get("content-type")?.startsWith("application/problem+json") === true;
}

/** Why a request was refused; null if the resource does not exist. */
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
      `${url} has no admin API: set its ADMIN_TOKEN (npx wrangler secret put ADMIN_TOKEN; ASCII, in one line), or give another --url`,
    );
  }
  const isTemporary = status >= 500 || status === 429;
  return new Failure("refused", `The receiver answered ${status}: ${errorOf(answer)}`, isTemporary);
}

interface ApiRequest {
  readonly method?: "POST" | "PATCH" | "DELETE";
  readonly body?: object;
  /** A body that is sent unchanged, instead of an object. */
  readonly lines?: string;
  readonly timeoutMs?: number;
  readonly isRepeatable?: boolean;
}

/** Requests one path; null if the resource does not exist. */
class Asker {
  readonly #http: Http;
  readonly #connection: Settings;

  constructor(http: Http, connection: Settings) {
    requireToken(connection);
    this.#http = http;
    this.#connection = connection;
  }

  async ask<T>(
    path: string,
    shape: z.ZodMiniType<T>,
    { method, body, lines, timeoutMs, isRepeatable }: ApiRequest = {},
  ): Promise<T | null> {
    const { url, token, access } = this.#connection;
    const answer = await this.#http(`${url}/api/admin${path}`, {
      ...(method === undefined ? {} : { method }),
      headers: {
        accept: "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token.value}` }),
        ...access,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(lines === undefined ? {} : { body: lines }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(isRepeatable === undefined ? {} : { isRepeatable }),
    });
    if (answer.status >= 300) {
      const failure = refusal(answer, this.#connection);
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

  /** For what every receiver has: null is a failure. */
  async demand<T>(path: string, shape: z.ZodMiniType<T>, request?: ApiRequest): Promise<T> {
    const answer = await this.ask(path, shape, request);
    if (answer !== null) return answer;
    const { url } = this.#connection;
    throw new Failure("refused", `${url} knows no ${path}; is it an older version?`);
  }
}

/** `lines`: one body per line. */
function importLines(asker: Asker, lines: string, isDryRun: boolean): Promise<answers.Imported> {
  const path = pathOf("/imports", { dry_run: String(isDryRun) });
  const request = {
    method: "POST",
    lines,
    timeoutMs: IMPORT_TIMEOUT_MS,
    isRepeatable: true,
  } as const;
  return asker.demand(path, answers.imported, request);
}

/** Calls about a person. */
function personCalls(asker: Asker) {
  return {
    countHeld: (person: object) =>
      asker.demand("/erasures", answers.heldCounts, {
        method: "POST",
        body: { ...person, dry_run: true },
      }),
    erase: (person: object) =>
      asker.demand("/erasures", answers.erasure, { method: "POST", body: person }),
    erasure: (id: number) => asker.demand(`/erasures/${String(id)}`, answers.erasure),
    exportPage: (body: object) =>
      asker.demand("/exports", answers.exportPage, { method: "POST", body }),
  };
}

/** The search, and calls about orders. */
function ordersOf(asker: Asker) {
  const part = encodeURIComponent;
  return {
    find: (q: string) => asker.demand(pathOf("/search", { q }), answers.found),
    orders: (query: Query) => asker.demand(pathOf("/orders", query), answers.orders),
    order: (number: string) => asker.ask(`/orders/${part(number)}`, answers.order),
    timeline: (number: string) => asker.ask(`/orders/${part(number)}/timeline`, answers.timeline),
    explain: (number: string) => asker.ask(`/orders/${part(number)}/explain`, answers.explanation),
  };
}

export function createApi(http: Http, connection: Settings) {
  const asker = new Asker(http, connection);
  const part = encodeURIComponent;
  return {
    health: () => asker.demand("/health", answers.health),
    settings: () => asker.demand("/settings", answers.settings),
    events: (query: Query) => asker.demand(pathOf("/events", query), answers.events),
    event: (id: string) => asker.ask(`/events/${part(id)}`, answers.eventDetail),
    /** Of type `receiver.test` only. */
    removeTestEvent: async (id: string): Promise<void> => {
      await asker.ask(`/events/${part(id)}`, z.null(), { method: "DELETE" });
    },
    ...ordersOf(asker),
    messages: (query: Query) => asker.demand(pathOf("/notifications", query), answers.messages),
    message: (id: string) => asker.ask(`/notifications/${part(id)}`, answers.messageDetail),
    resendMessage: (id: string) =>
      asker.ask(`/notifications/${part(id)}/send-again`, answers.resendMessage, { method: "POST" }),
    sendUnsent: (body: object) =>
      asker.demand("/notifications/send-again", answers.sendUnsent, { method: "POST", body }),
    quietUntil: () => asker.demand("/quiet-until", answers.quietUntil),
    setQuietUntil: (body: object) =>
      asker.demand("/quiet-until", answers.quieted, { method: "POST", body }),
    /** Null if the receiver is older than endpoints. */
    endpoints: () => asker.ask("/endpoints", answers.endpoints),
    endpoint: (id: string) => asker.ask(`/endpoints/${part(id)}`, answers.endpoint),
    addEndpoint: (body: object) =>
      asker.demand("/endpoints", answers.endpoint, { method: "POST", body }),
    editEndpoint: (id: string, body: object) =>
      asker.ask(`/endpoints/${part(id)}`, answers.endpoint, { method: "PATCH", body }),
    removeEndpoint: async (id: string): Promise<void> => {
      await asker.ask(`/endpoints/${part(id)}`, z.null(), { method: "DELETE" });
    },
    pauseEndpoint: (id: string, body: object) =>
      asker.ask(`/endpoints/${part(id)}/pause`, answers.endpoint, { method: "POST", body }),
    resumeEndpoint: (id: string) =>
      asker.ask(`/endpoints/${part(id)}/resume`, answers.endpoint, { method: "POST" }),
    endpointSecret: (id: string) =>
      asker.ask(`/endpoints/${part(id)}/secret`, answers.endpointSecret),
    rotateEndpoint: (id: string) =>
      asker.ask(`/endpoints/${part(id)}/rotate`, answers.endpointSecret, { method: "POST" }),
    testEndpoint: (id: string) =>
      asker.ask(`/endpoints/${part(id)}/test`, answers.endpointTest, { method: "POST" }),
    replayToEndpoint: (id: string, body: object) =>
      asker.ask(`/endpoints/${part(id)}/replay`, answers.endpointReplay, { method: "POST", body }),
    replay: (body: object) => asker.demand("/replay", answers.replay, { method: "POST", body }),
    ...personCalls(asker),
    importLines: (lines: string, isDryRun: boolean) => importLines(asker, lines, isDryRun),
    /** Null if there is no archive. */
    restore: (body: object) =>
      asker.ask("/archive/restore", answers.restored, { method: "POST", body }),
  };
}

export type Api = ReturnType<typeof createApi>;

/** A shop's own systems on loopback, which receive forwards: each records every request and its answer. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

export interface Request {
  readonly id: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly atMs: number;
  /** True if it was answered 200. */
  readonly isTaken: boolean;
}

/** Answers a request, or leaves it without an answer; true if it accepts the request. */
export type Answering = (response: ServerResponse, call: number) => boolean;

export function take(response: ServerResponse): boolean {
  response.end("ok");
  return true;
}

export function failAThird(response: ServerResponse, call: number): boolean {
  if (call % 3 !== 0) return take(response);
  response.writeHead(503).end("try again");
  return false;
}

export function hang(): boolean {
  return false;
}

export class ForwardServer {
  readonly requests: Request[] = [];
  answer: Answering;
  readonly #server: Server;

  constructor(answer: Answering) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      // The runtime may be killed during its request.
      request.on("error", () => undefined);
      request.on("end", () => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const id = headers["webhook-id"] ?? "";
        const body = Buffer.concat(chunks).toString();
        const atMs = performance.now();
        const isTaken = this.answer(response, this.requests.length + 1);
        this.requests.push({ id, body, headers, atMs, isTaken });
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/hooks`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get taken(): readonly Request[] {
    return this.requests.filter(({ isTaken }) => isTaken);
  }

  get takenIds(): ReadonlySet<string> {
    return new Set(this.taken.map(({ id }) => id));
  }
}

export interface Verdict {
  /** Ids that it should have accepted and has not. */
  readonly lost: readonly string[];
  /** Ids that it has accepted and should not have. */
  readonly unwanted: readonly string[];
  /** Accepted again after a kill between the two, with the same bytes. */
  readonly repeats: number;
  /** Ids that were accepted again without a kill in between. */
  readonly wrongRepeats: readonly string[];
  /** Ids that were sent again with another body. */
  readonly otherBytes: readonly string[];
  /** Requests that the secret does not verify. */
  readonly unverified: number;
}

function isVerified(webhook: Webhook, { body, headers }: Request): boolean {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

/** `killsMs`: the times at which the runtime was killed; `secret`: one that signed all the time. */
export function judge(
  server: ForwardServer,
  wanted: ReadonlySet<string>,
  killsMs: readonly number[],
  secret: string,
): Verdict {
  const { taken, takenIds } = server;
  const webhook = new Webhook(secret);
  const bodies = new Map<string, string>();
  const last = new Map<string, Request>();
  let repeats = 0;
  const wrongRepeats: string[] = [];
  const otherBytes: string[] = [];
  for (const request of server.requests) {
    // A request that was not accepted may be repeated at any time, but also only with the same bytes.
    const isOther = (bodies.get(request.id) ?? request.body) !== request.body;
    bodies.set(request.id, request.body);
    const before = last.get(request.id);
    if (isOther) otherBytes.push(request.id);
    if (!request.isTaken) continue;
    last.set(request.id, request);
    if (before === undefined) continue;
    const isKilled = killsMs.some((atMs) => atMs >= before.atMs && atMs <= request.atMs);
    if (isKilled) repeats += 1;
    else wrongRepeats.push(request.id);
  }
  return {
    lost: [...wanted].filter((id) => !takenIds.has(id)),
    unwanted: taken.flatMap(({ id }) => (wanted.has(id) ? [] : [id])),
    repeats,
    wrongRepeats,
    otherBytes,
    unverified: server.requests.filter((request) => !isVerified(webhook, request)).length,
  };
}

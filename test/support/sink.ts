/**
 * The network of the tests: providers in Node, reached by the Worker's own `fetch`. `sink.test` accepts what Resend and
 * Slack would accept; a known idempotency key gets the first answer again and is not accepted twice. A team of
 * Cloudflare Access publishes the keys that a test has stored there. Everything else is refused.
 */

export interface Sink {
  readonly answer: (request: {
    readonly url: string;
    readonly method: string;
    readonly headers: { get(name: string): string | null };
    text(): Promise<string>;
  }) => Promise<{ status: number; body: string }>;
}

export function createSink(): Sink {
  const accepted = new Map<string, number>();
  const keys = new Set<string>();
  /** The keys that a team of Cloudflare Access publishes, by its host, as a test has stored them. */
  const certs = new Map<string, string>();
  const count = (name: string): void => {
    accepted.set(name, (accepted.get(name) ?? 0) + 1);
  };
  return {
    async answer(request) {
      const url = new URL(request.url);
      if (url.hostname.endsWith(".cloudflareaccess.com")) {
        if (request.method === "PUT") certs.set(url.hostname, await request.text());
        const body = certs.get(url.hostname);
        return body === undefined ? { status: 404, body: "" } : { status: 200, body };
      }
      if (url.hostname !== "sink.test") return { status: 599, body: "no way out of a test" };
      if (url.pathname === "/log") {
        return { status: 200, body: JSON.stringify({ accepted: Object.fromEntries(accepted) }) };
      }
      const body = await request.text();
      if (url.pathname === "/resend/emails") {
        const key = request.headers.get("idempotency-key") ?? `none ${body}`;
        if (!keys.has(key)) count(key);
        keys.add(key);
        return { status: 200, body: JSON.stringify({ id: `mail-${String(keys.size)}` }) };
      }
      count(`slack ${body}`);
      return { status: 200, body: "ok" };
    },
  };
}

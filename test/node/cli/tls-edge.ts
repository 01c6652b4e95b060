/** The servers between the command line and a deployed receiver: TLS in front of it, and a forward proxy. */
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

export interface TlsEdge {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** The receiver behind TLS, with a self-signed certificate. */
export async function startTlsEdge(target: string): Promise<TlsEdge> {
  const script = `export default { fetch(request, { TARGET }) {
    const { pathname, search } = new URL(request.url);
    return fetch(new Request(TARGET + pathname + search, request));
  } };`;
  const edge = new Miniflare({
    ...convertV4MiniflareOptions({
      name: "edge",
      modules: [{ type: "ESModule", path: "edge.js", contents: script }],
      compatibilityDate: "2026-01-01",
      bindings: { TARGET: target },
      https: true,
      host: "127.0.0.1",
    }),
  });
  const { port } = await edge.ready;
  return { port: Number(port), close: () => edge.dispose() };
}

export interface ForwardProxy {
  readonly host: string;
  /** `CONNECT shop.test:443`, in order; another method is a request that was not tunnelled. */
  readonly asked: string[];
  /** The header Proxy-Authorization of the last request. */
  readonly credentials: () => string | undefined;
  readonly close: () => void;
}

/** A forward proxy that connects every host to `to`, a port of this machine; or one that answers `refusal`. */
export async function startForwardProxy(to: number | { refusal: number }): Promise<ForwardProxy> {
  const asked: string[] = [];
  let credentials: string | undefined;
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    response.writeHead(502).end();
  });
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    asked.push(`CONNECT ${request.url ?? ""}`);
    credentials = request.headers["proxy-authorization"];
    client.on("error", () => undefined);
    if (typeof to === "object") {
      client.end(`HTTP/1.1 ${to.refusal} No\r\n\r\n`);
      return;
    }
    const upstream: Socket = connect(to, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A test that fails before it closes the server must not block the end of the run.
  server.unref();
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    asked,
    credentials: () => credentials,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

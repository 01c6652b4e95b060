/** A proxy between the command line and the receiver, which a test can make lie, fail or disappear. */
import { createServer, type Server } from "node:http";

export interface Fake {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer instead of the receiver's; null passes the request on. */
export type Interfere = (request: {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}) => Fake | null;

/** Changes the receiver's answer. */
export type Rewrite = (path: string, body: string) => string;

export interface Proxy {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** No server listens for this time. */
  readonly pause: (ms: number) => Promise<void>;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  // A test that fails before it closes the server must not block the end of the run.
  server.unref();
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export async function startProxy(
  target: string,
  interfere: Interfere = () => null,
  rewrite: Rewrite = (_, body) => body,
): Promise<Proxy> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const { method = "GET", url: path = "/" } = request;
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    const answer = async (): Promise<void> => {
      const body = Buffer.concat(chunks);
      const fake = interfere({ method, path, body });
      if (fake !== null) {
        response.writeHead(fake.status, fake.headers).end(fake.body ?? "");
        return;
      }
      const headers = Object.fromEntries(
        ["authorization", "content-type", "x-webhook-signature"].flatMap((name) => {
          const value = request.headers[name];
          return typeof value === "string" ? [[name, value]] : [];
        }),
      );
      const hasBody = method === "POST";
      const real = await fetch(target + path, { method, headers, ...(hasBody ? { body } : {}) });
      const type = real.headers.get("content-type") ?? "";
      response.writeHead(real.status, { "content-type": type });
      response.end(rewrite(path, await real.text()));
    };
    request.on("end", () => {
      answer().catch(() => response.destroy());
    });
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => close(server),
    async pause(ms) {
      await close(server);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await listen(server, port);
    },
  };
}

/** A foreign server: every request gets the same answer. */
export async function startStranger(fake: Fake): Promise<Proxy> {
  return await startProxy("", () => fake);
}

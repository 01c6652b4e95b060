/** Free ports on loopback. */
import { createServer } from "node:net";

/** The port if it is free, otherwise null; 0 asks for any free port. */
async function tryPort(port: number): Promise<number | null> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : null;
      server.close(() => resolve(found));
    });
  });
}

/** The wanted port, otherwise one of the next twenty, otherwise any free port. */
export async function findPort(wanted: number): Promise<number> {
  for (let port = wanted; port <= Math.min(wanted + 20, 65_535); port += 1) {
    const found = await tryPort(port);
    if (found !== null) return found;
  }
  const any = await tryPort(0);
  if (any === null) throw new Error("no port is free on 127.0.0.1");
  return any;
}

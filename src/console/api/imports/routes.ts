/** Imports a file slice by slice; the request body is JSON or NDJSON as in the file. */
import * as z from "zod/mini";
import { decodeUtf8 } from "../../../events/recognition";
import { BodySplitter } from "../../../events/imports/body-splitter";
import { BODY_MAX_BYTES, IMPORT_MAX_BODIES, IMPORT_MAX_BYTES } from "../../../limits";
import { note } from "../../activity/note";
import { asking } from "../api-route";
import type { Route } from "../../deps";
import { problem } from "../problem";

const importQuery = z.strictObject({ dry_run: z.optional(z.enum(["true", "false"])) });

/** The whole body; null if it is larger than a slice may be. */
async function readSlice(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const stream: AsyncIterable<Uint8Array<ArrayBuffer>> | null = request.body;
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > IMPORT_MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

export const importRoutes: readonly Route[] = [
  asking("POST /imports", importQuery, async ({ c, deps, query }) => {
    const bytes = await readSlice(c.req.raw);
    if (bytes === null) {
      return problem(c, 413, `Send at most ${String(IMPORT_MAX_BYTES)} bytes at once`);
    }
    const text = decodeUtf8(bytes);
    if (text === null) return problem(c, 400, "The body is not UTF-8");
    const splitter = new BodySplitter(BODY_MAX_BYTES);
    const pieces = [...splitter.push(text), ...splitter.end()];
    if (pieces.length > IMPORT_MAX_BODIES) {
      return problem(c, 413, `Send at most ${String(IMPORT_MAX_BODIES)} orders or events at once`);
    }
    const report = await deps.importPieces(pieces, query.dry_run === "true");
    if (report !== null) {
      const times = pieces.filter(({ kind }) => kind === "body").length;
      if (query.dry_run !== "true" && times > 0) note(c, "imported", { times, isCounted: true });
      return c.json(report);
    }
    c.header("retry-after", "30");
    return problem(c, 503, "D1 has not applied it; send the same again");
  }),
];

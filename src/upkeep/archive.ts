/**
 * The archive in R2: bodies as compressed NDJSON, an object for a day and a stretch of the inbox, a
 * manifest beside each. An object is only ever replaced by whoever has just read it, and carries the hash
 * of its bytes, so that what is read back can be told from what was meant.
 */
import { sha256 } from "../digest";
import type { ArchivedEvent } from "../store/retention/archive-writes";
import type { SuppressionList } from "../store/privacy/suppression-list";

const OBJECT_END = ".ndjson.gz";
const MANIFEST_END = ".manifest.json";
export const ARCHIVE_PREFIX = "events/";

/** What stands beside an object, as JSON. */
export interface Manifest {
  readonly object: string;
  /** Of receipt: `2026-08-25`. */
  readonly day: string;
  readonly events: number;
  /** Of the compressed object. */
  readonly bytes: number;
  readonly sha256: string;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

function padded(row: number): string {
  return String(row).padStart(12, "0");
}

/** `events/2026-08-25/000000000001-000000000960`: in the order of days and rows. */
export function objectName(day: string, firstRow: number, lastRow: number): string {
  return `${ARCHIVE_PREFIX}${day}/${padded(firstRow)}-${padded(lastRow)}`;
}

export function dayOf(name: string): string {
  return name.slice(ARCHIVE_PREFIX.length, ARCHIVE_PREFIX.length + 10);
}

async function compress(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

async function decompress(bytes: ArrayBuffer): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

/** The hash of the object says that it is a line of ours. */
function parseLine(line: string): ArchivedEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(line) as ArchivedEvent;
}

function parseLines(text: string): readonly ArchivedEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseLine);
}

/** An object as it was read. */
export interface ArchiveObject {
  readonly etag: string;
  /** Of the compressed object, as its size. */
  readonly sha256: string;
  readonly bytes: number;
  readonly events: readonly ArchivedEvent[];
}

/** Null where there is none; throws where it is not what was written. */
export async function readObject(bucket: R2Bucket, name: string): Promise<ArchiveObject | null> {
  const object = await bucket.get(name + OBJECT_END);
  if (object === null) return null;
  const bytes = await object.arrayBuffer();
  const found = (await sha256(bytes)).toHex();
  const { sha256: meant, events: count } = object.customMetadata ?? {};
  if (found !== meant) throw new Error(`${name} is not what was written: its hash differs`);
  const events = parseLines(await decompress(bytes));
  if (String(events.length) !== count) throw new Error(`${name} has lost lines`);
  return { etag: object.etag, sha256: found, bytes: bytes.byteLength, events };
}

/** Archived events without people who were erased. */
export async function eraseArchived(
  events: readonly ArchivedEvent[],
  list: SuppressionList,
): Promise<readonly ArchivedEvent[]> {
  const left = events.map(async (event) => {
    const { payload } = event;
    return { ...event, payload: await list.erase(payload) };
  });
  return await Promise.all(left);
}

/** What tells this object from any that replaces it; null where there is none. */
export async function etagOf(bucket: R2Bucket, name: string): Promise<string | null> {
  return (await bucket.head(name + OBJECT_END))?.etag ?? null;
}

/** How often a manifest is written anew because its object was replaced meanwhile. */
const SETTLE_TRIES = 5;

/** Reads the object back and writes the manifest of what is found, until the two are of one piece. */
async function settleManifest(bucket: R2Bucket, name: string): Promise<Manifest> {
  for (let tries = 0; tries < SETTLE_TRIES; tries += 1) {
    const object = await readObject(bucket, name);
    if (object === null) break;
    const manifest: Manifest = {
      object: name + OBJECT_END,
      day: dayOf(name),
      events: object.events.length,
      bytes: object.bytes,
      sha256: object.sha256,
      first_id: object.events[0]?.id ?? null,
      last_id: object.events.at(-1)?.id ?? null,
    };
    await bucket.put(name + MANIFEST_END, JSON.stringify(manifest), {
      httpMetadata: { contentType: "application/json" },
    });
    if ((await etagOf(bucket, name)) === object.etag) return manifest;
  }
  throw new Error(`${name} is being replaced`);
}

/** Whoever replaced the object may have died before its manifest. */
export async function repairManifest(
  bucket: R2Bucket,
  name: string,
  { sha256: hash }: ArchiveObject,
): Promise<void> {
  const manifest = await bucket.get(name + MANIFEST_END);
  if ((await manifest?.text())?.includes(hash) !== true) await settleManifest(bucket, name);
}

/**
 * Writes the object, reads it back, and writes its manifest. `etag`: of the object that it replaces;
 * null where none may be there. Throws where another has written meanwhile, or what stands is not what
 * was meant.
 */
export async function writeObject(
  bucket: R2Bucket,
  name: string,
  events: readonly ArchivedEvent[],
  etag: string | null,
): Promise<Manifest> {
  const bytes = await compress(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const hash = (await sha256(bytes)).toHex();
  const written = await bucket.put(name + OBJECT_END, bytes, {
    onlyIf: etag === null ? { etagDoesNotMatch: "*" } : { etagMatches: etag },
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { sha256: hash, events: String(events.length) },
  });
  if (written === null) throw new Error(`${name} was written by another run`);
  const manifest = await settleManifest(bucket, name);
  if (manifest.sha256 !== hash) throw new Error(`${name} was replaced by another run`);
  return manifest;
}

/** An object as it is listed. */
export interface ListedObject {
  readonly name: string;
  readonly day: string;
  readonly bytes: number;
  readonly events: number;
  readonly sha256: string;
}

export interface ArchivePage {
  readonly objects: readonly ListedObject[];
  /** Where to go on; null where nothing lies behind. */
  readonly next: string | null;
}

/** Objects behind `after` (a `next`, or a day as `events/2026-08-25`) in the order of their names. */
export async function listObjects(
  bucket: R2Bucket,
  after: string,
  limit: number,
): Promise<ArchivePage> {
  const objects: ListedObject[] = [];
  let startAfter = after;
  for (;;) {
    const page = await bucket.list({
      prefix: ARCHIVE_PREFIX,
      ...(startAfter === "" ? {} : { startAfter }),
      include: ["customMetadata"],
    });
    for (const { key, size, customMetadata } of page.objects) {
      if (!key.endsWith(OBJECT_END)) continue;
      const name = key.slice(0, -OBJECT_END.length);
      if (objects.length === limit) {
        return { objects, next: `${objects.at(-1)?.name ?? ""}${OBJECT_END}` };
      }
      objects.push({
        name,
        day: dayOf(name),
        bytes: size,
        events: Number(customMetadata?.["events"] ?? 0),
        sha256: customMetadata?.["sha256"] ?? "",
      });
    }
    if (!page.truncated) return { objects, next: null };
    startAfter = page.objects.at(-1)?.key ?? startAfter;
  }
}

function isBucket(value: unknown): value is R2Bucket {
  return typeof value === "object" && value !== null && "put" in value && "list" in value;
}

/** The optional binding `ARCHIVE`; null where it is not bound. */
export function findArchive(env: object): R2Bucket | null {
  const binding: unknown = Reflect.get(env, "ARCHIVE");
  return isBucket(binding) ? binding : null;
}

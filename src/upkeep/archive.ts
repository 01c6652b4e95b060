/**
 * The archive in R2: bodies as compressed NDJSON. An object holds the bodies of one day from a range of the inbox,
 * and has a manifest. A run replaces an object only if it is unchanged since the run read it (conditional put by
 * etag). The object's metadata contains the hash of its bytes, so that a damaged object is detected when it is read.
 */
import { sha256 } from "../digest";
import type { ArchivedEvent } from "../store/retention/archive-writes";
import type { SuppressionList } from "../store/privacy/suppression-list";

const OBJECT_END = ".ndjson.gz";
const MANIFEST_END = ".manifest.json";
export const ARCHIVE_PREFIX = "events/";

/** The manifest of an object, as JSON. */
export interface Manifest {
  readonly object: string;
  /** The day of receipt: `2026-08-25`. */
  readonly day: string;
  readonly events: number;
  /** Size and hash of the compressed object. */
  readonly bytes: number;
  readonly sha256: string;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

function padded(row: number): string {
  return String(row).padStart(12, "0");
}

/** `events/2026-08-25/000000000001-000000000960`: sorts by day, then by row. */
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

/** The hash of the object was checked, so the line was written by this code. */
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

export interface ArchiveObject {
  readonly etag: string;
  /** Hash and size of the compressed object. */
  readonly sha256: string;
  readonly bytes: number;
  readonly events: readonly ArchivedEvent[];
}

/** Null if the object does not exist; throws if its hash or its number of lines is wrong. */
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

/** The archived events without erased persons. */
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

/** The version of the object; null if it does not exist. */
export async function etagOf(bucket: R2Bucket, name: string): Promise<string | null> {
  return (await bucket.head(name + OBJECT_END))?.etag ?? null;
}

/** How often the manifest is rewritten if the object was replaced meanwhile. */
const SETTLE_TRIES = 5;

/** Reads the object and writes its manifest; repeats this until the object stays the same. */
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

/** Rewrites the manifest if it is not the one of this object: a run may have stopped between the two writes. */
export async function repairManifest(
  bucket: R2Bucket,
  name: string,
  { sha256: hash }: ArchiveObject,
): Promise<void> {
  const manifest = await bucket.get(name + MANIFEST_END);
  if ((await manifest?.text())?.includes(hash) !== true) await settleManifest(bucket, name);
}

/**
 * Writes the object, reads it back, and writes its manifest. `etag`: the version to replace; null if the object
 * must not exist. Throws if another run has written meanwhile, or if the stored bytes differ.
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

export interface ListedObject {
  readonly name: string;
  readonly day: string;
  readonly bytes: number;
  readonly events: number;
  readonly sha256: string;
}

export interface ArchivePage {
  readonly objects: readonly ListedObject[];
  /** The cursor of the next page; null if there is none. */
  readonly next: string | null;
}

/** Objects after `after` (a `next`, or a day such as `events/2026-08-25`), sorted by name. */
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

/** The optional binding `ARCHIVE`; null if it is not bound. */
export function findArchive(env: object): R2Bucket | null {
  const binding: unknown = Reflect.get(env, "ARCHIVE");
  return isBucket(binding) ? binding : null;
}

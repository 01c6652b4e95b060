/** An export as one JSON document, streamed page by page: it may be larger than the memory of a Worker. */
import type { AdminApiDeps, Contacts } from "../deps";

/** In the order of the export, which never goes back to an earlier part. */
const parts = ["orders", "other_events", "archived_events"] as const;

export function exportFile(
  { exportPage }: Pick<AdminApiDeps, "exportPage">,
  contacts: Contacts,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let cursor: string | undefined;
  let part = 0;
  let items = 0;
  // Forwards of events that name no person. They come between the other events and are few, so they are written last.
  const forwards: object[] = [];
  const open = (): string => `"${parts[part] ?? ""}":[`;
  /** Opens the parts up to this one. */
  function* advance(to: number): Generator<string> {
    for (; part < to; items = 0) {
      part += 1;
      yield `],\n${open()}`;
    }
  }
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`{${open()}`));
    },
    async pull(controller) {
      const page = await exportPage(contacts, cursor);
      if (page === null) throw new Error("an export has lost its place");
      const texts: string[] = [];
      forwards.push(...page.other_notifications);
      for (const [index, name] of parts.entries()) {
        if (page[name].length > 0) texts.push(...advance(index));
        for (const one of page[name]) {
          texts.push(items === 0 ? "\n" : ",\n", JSON.stringify(one));
          items += 1;
        }
      }
      cursor = page.next_cursor ?? undefined;
      if (cursor === undefined) {
        texts.push(...advance(parts.length - 1), "],\n");
        texts.push(`"other_notifications":${JSON.stringify(forwards)}}\n`);
      }
      // After an empty chunk, the stream would not be pulled again.
      controller.enqueue(encoder.encode(texts.length === 0 ? " " : texts.join("")));
      if (cursor === undefined) controller.close();
    },
  });
}

/** An export as one JSON document, written page by page: it may be larger than the memory of a Worker. */
import type { AdminApiDeps, Contacts } from "../deps";

/** In the order in which an export goes through them; none comes back. */
const parts = ["orders", "other_events", "archived_events"] as const;

export function exportFile(
  { exportPage }: Pick<AdminApiDeps, "exportPage">,
  contacts: Contacts,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let cursor: string | undefined;
  let part = 0;
  let items = 0;
  // They come between the other events, and there are few: forwards of events that name no person.
  const forwards: object[] = [];
  const open = (): string => `"${parts[part] ?? ""}":[`;
  /** Up to the beginning of that part. */
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
      // An empty chunk would not be asked for more.
      controller.enqueue(encoder.encode(texts.length === 0 ? " " : texts.join("")));
      if (cursor === undefined) controller.close();
    },
  });
}

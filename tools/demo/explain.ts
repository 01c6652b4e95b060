/** One order of the day explained, asked for and shown as `ce-webhooks explain` does it. */
import type { Explanation } from "../cli/answers.ts";
import { createApi } from "../cli/api.ts";
import { createHttp } from "../cli/http.ts";
import { createOutput } from "../cli/output.ts";
import { loadSettings } from "../cli/settings.ts";
import { printEventList } from "../cli/views/explanation.ts";
import type { KindName } from "../story/index.ts";
import type { Day } from "./day.ts";
import { printHeading, WIDTH } from "./terminal.ts";

/** Short, and with events that lose. */
const KIND: KindName = "cancelled and refunded";

export async function explainOne(
  url: string,
  token: string,
  { stories }: Day,
): Promise<Explanation | null> {
  const story = stories.find(({ kind }) => kind === KIND);
  if (story === undefined) return null;
  const settings = loadSettings({ url, token }, {});
  const http = createHttp(new AbortController().signal);
  return await createApi(http, settings).explain(story.orderNumber);
}

export function reportExplained(explanation: Explanation | null): void {
  if (explanation === null) return;
  const title = `npx ce-webhooks explain ${explanation.orderNumber}`;
  printHeading("Explained", `as ${title} tells it: which event set what, and which lost`);
  const out = { ...createOutput(process, process.env), width: WIDTH };
  printEventList(out, explanation, { now: new Date(), timeZone: null });
}

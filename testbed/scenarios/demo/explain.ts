/** One order of the day explained, asked for and shown as `ce-webhooks explain` does it. */
import type { Explanation } from "../../../cli/api/answers.ts";
import { createApi } from "../../../cli/api/api.ts";
import { createHttp } from "../../../cli/api/http.ts";
import { createOutput } from "../../../cli/terminal/output.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { printEventList } from "../../../cli/views/explanation.ts";
import type { KindName } from "../../stories/index.ts";
import type { Day } from "../../deliveries/day.ts";
import { printHeading, WIDTH } from "../../terminal/terminal.ts";

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
  printEventList({ ...createOutput(process, process.env), width: WIDTH }, explanation, new Date());
}

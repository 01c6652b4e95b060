/** A message to the team as it is stored and sent. */
import * as z from "zod/mini";

/** A block of Slack's Block Kit; note.ts makes them, of the types of `@slack/types`. */
type SlackBlock = Readonly<Record<string, unknown>> & { readonly type: string };

export interface TeamMessage {
  readonly channel: "team";
  /** Shown in the notification, and if blocks cannot be shown. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

export const storedTeam = z.object({
  channel: z.literal("team"),
  text: z.string(),
  blocks: z.array(z.looseObject({ type: z.string() })),
});

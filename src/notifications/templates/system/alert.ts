/** To the team: something needs a person. One for each kind and hour (store/outbox/alerts.ts). */
import * as z from "zod/mini";
import { outsideLine } from "../../formatting/safe-text";
import type { TemplateDefinition } from "../template";

const shape = z.object({
  kind: z.literal("alert"),
  alert: z.string(),
  text: z.string(),
  repeats: z.optional(z.literal(true)),
});

/** The problem that a person must check. */
interface Trouble {
  readonly alert: string;
  readonly text: string;
  readonly repeats?: true | undefined;
}

export const alert: TemplateDefinition<Trouble> = {
  docs: { when: "something needs a person", dropped: null },
  audience: "team",
  about: "alert",
  asked: { by: "alert" },
  reads: [],
  context: {
    shape,
    example: { kind: "alert", alert: "dead_letter", text: "An event failed after all retries." },
  },
  isRaisedAgain: ({ context }) => context?.repeats === true,
  channels: {
    team: ({ context, texts: { say } }) => ({
      title: say("alert.title"),
      text: context === null ? "?" : outsideLine(context.text, 1_000),
      facts: [[say("team.kind"), context?.alert ?? "unknown"]],
      order: null,
    }),
  },
};

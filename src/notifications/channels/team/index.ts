/** Messages to the shop's team, through a Slack incoming webhook. */
import type { ChannelDefinition } from "../channel";
import { storedTeam, type TeamMessage } from "./message";
import { type Note, writeNote } from "./note";
import { slackChannel } from "./slack";

export const team: ChannelDefinition<Note, TeamMessage> = {
  label: "Slack",
  audience: "team",
  needs: [["SLACK_WEBHOOK_URL"]],
  recipient: null,
  takesKey: false,
  compose: (note, { shop, texts }) => writeNote(note, shop, texts),
  stored: storedTeam,
  show: ({ text, blocks }) => ({
    text,
    source: { title: "The blocks, as Slack takes them", value: blocks },
  }),
  connect: ({ team: settings }, deps) => (settings === null ? null : slackChannel(settings, deps)),
};

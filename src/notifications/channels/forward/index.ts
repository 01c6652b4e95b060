/** Another system of the shop, which hears of events: an endpoint that takes Standard Webhooks. */
import type { ChannelDefinition } from "../channel";
import { forwardChannel } from "./endpoint";
import type { ForwardMessage } from "./message";

export const forward: ChannelDefinition<Omit<ForwardMessage, "channel">, ForwardMessage> = {
  label: "Forwarding",
  audience: "system",
  needs: [["FORWARD_URL"], ["FORWARD_SECRET"]],
  recipient: null,
  takesKey: true,
  compose: (event) => ({ channel: "forward", ...event }),
  // A body may be a megabyte, and is the event's.
  stored: null,
  note: "The event’s own data, signed. The event’s page shows its body.",
  show: ({ body }) => ({ text: body }),
  connect: ({ forward: settings }, deps) =>
    settings === null ? null : forwardChannel(settings, deps),
};

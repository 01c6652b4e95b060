/** Forwards events to other systems of the shop: endpoints that accept Standard Webhooks. */
import type { ChannelsConfig } from "../../../config";
import type { ChannelDefinition, ChannelDeps, Connection } from "../channel";
import { forwardConnection } from "./endpoint";
import type { ForwardMessage } from "./message";
import { type SecretOwner, signingSecrets } from "./secrets";

// For the management of endpoints (console/forwarding/endpoints.ts).
export { publicUrl } from "./endpoint";
export { deriveSecret } from "./secrets";

export const forward: ChannelDefinition<Omit<ForwardMessage, "channel">, ForwardMessage> = {
  label: "Forwarding",
  audience: "system",
  needs: [["FORWARD_URL"], ["FORWARD_SECRET"]],
  // FORWARD_SECRET alone may be set for other endpoints.
  meantBy: ["FORWARD_URL"],
  recipient: null,
  takesKey: true,
  isRetriedForEver: true,
  compose: (event) => ({ channel: "forward", ...event }),
  // A body may be a megabyte, and is stored with the event.
  stored: null,
  note: "The event’s own data, signed. The event’s page shows its body.",
  show: ({ body }) => ({ text: body }),
  connect: ({ forward: settings }, deps) =>
    settings === null
      ? null
      : forwardConnection(
          { url: settings.url, secrets: () => Promise.resolve([settings.secret]) },
          deps,
        ),
};

/** What is needed to reach an endpoint other than FORWARD_URL. */
interface EndpointAddress extends SecretOwner {
  readonly url: string;
}

/** A connection to an endpoint; null if FORWARD_SECRET is missing. */
export type OpenEndpoint = (endpoint: EndpointAddress) => Connection<ForwardMessage> | null;

export function openEndpoints(
  { forwardSecret }: Pick<ChannelsConfig, "forwardSecret">,
  deps: ChannelDeps,
): OpenEndpoint {
  return (endpoint) =>
    forwardSecret === null
      ? null
      : forwardConnection(
          {
            url: endpoint.url,
            secrets: () => signingSecrets(forwardSecret, endpoint, deps.now().getTime()),
          },
          deps,
        );
}

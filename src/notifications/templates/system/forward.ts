/** To another system: the event itself, signed. */
import type { TemplateDefinition } from "../template";
import { forwardBody } from "./forward-body";

export const forward: TemplateDefinition = {
  docs: {
    when: "every event of the 14 that is not quarantined, where `FORWARD_URL` or `FORWARD_SECRET` is set",
    dropped: "the endpoint has answered 410",
  },
  audience: "system",
  about: "event",
  asked: {
    by: "event",
    types: "every",
    factOf: (_, { forwardEvents }) => (forwardEvents ? {} : null),
  },
  reads: ["event"],
  channels: {
    forward: ({ eventId, facts: { event } }) => {
      if (event === null || event.payload === null || eventId === null) {
        throw new Error("a forward needs its event");
      }
      return { eventId, body: forwardBody(event, event.payload) };
    },
  },
};

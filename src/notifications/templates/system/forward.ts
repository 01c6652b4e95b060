/** To another system: the event itself, signed. */
import { isWanted } from "../../../projection/event-filter";
import type { TemplateDefinition } from "../template";
import { forwardBody } from "./forward-body";

export const forward: TemplateDefinition = {
  docs: {
    when: "every event of the 14 that is not quarantined, for each endpoint that wants its type",
    dropped: "the endpoint answered 410 or was deleted",
  },
  audience: "system",
  about: "event",
  asked: {
    by: "event",
    types: "every",
    factOf: (event, { forwardTo }) => {
      const wanting = forwardTo.filter(({ eventTypes }) => isWanted(event.row.type, eventTypes));
      return { endpoints: wanting.map(({ endpoint }) => endpoint) };
    },
  },
  reads: ["event"],
  channels: {
    forward: ({ eventId, facts: { event } }) => {
      if (event === null || event.payload === null || eventId === null) {
        throw new Error("a forward needs its event");
      }
      return { eventId, body: forwardBody(event, event.payload), order: event.order };
    },
  },
};

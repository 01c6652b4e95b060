/** To the team: a parcel was cancelled. */
import { outsideLine } from "../../text/safe-text";
import { noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";
import { teamLabels } from "../words.en";
import { note } from "./shipment-cancelled.en";

export const shipmentCancelled: TemplateDefinition = {
  docs: { when: "shipment.cancelled", dropped: null },
  audience: "team",
  about: "shipment",
  asked: { by: "event", types: ["shipment.cancelled"] },
  reads: ["order", "shipment"],
  channels: {
    team: (input) => {
      const { shipment } = input.facts;
      const { number, facts, page } = noteAbout(input);
      return {
        ...note(number, outsideLine(shipment?.shipment_id ?? input.subjectId ?? "?", 80)),
        facts: [
          ...facts,
          [teamLabels.courier, shipment?.courier],
          [teamLabels.awb, shipment?.awb_no],
          [teamLabels.reason, shipment?.cancellation_reason],
        ],
        order: page,
      };
    },
  },
};

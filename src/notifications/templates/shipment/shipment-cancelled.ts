/** To the team: a parcel was cancelled. */
import { outsideLine } from "../../formatting/safe-text";
import { noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";

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
      const { say } = input.texts;
      const id = outsideLine(shipment?.shipment_id ?? input.subjectId ?? "?", 80);
      return {
        title: say("shipment_cancelled.title"),
        text:
          number === null
            ? say("shipment_cancelled.text_without_order", { shipment: id })
            : say("shipment_cancelled.text", { shipment: id, order: number }),
        facts: [
          ...facts,
          [say("team.courier"), shipment?.courier],
          [say("team.tracking_number"), shipment?.awb_no],
          [say("team.reason"), shipment?.cancellation_reason],
        ],
        order: page,
      };
    },
  },
};

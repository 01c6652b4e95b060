/**
 * To the customer: the tracking differs from what a message about the parcel has shown. One for each parcel and airway
 * bill, from its state (store/outbox/tracking.ts).
 */
import * as z from "zod/mini";
import { fitSms, type Shorten } from "../../channels/sms/fit";
import { dayText } from "../../formatting/when";
import type { Facts } from "../facts";
import { addressedTo, factsBlock, greet, paragraph } from "../parts";
import { parcelData } from "../structured";
import type { TemplateDefinition } from "../template";
import { parcelItems, shareIn, shipmentOf, smsParts, trackButton } from "./parcel-parts";

const shape = z.object({ kind: z.literal("tracking"), tracking: z.string() });

/** The new tracking: the airway bill, else the link. */
interface NewTracking {
  readonly tracking: string;
}

/** Statuses after which there is nothing to track any more. */
const endedStatuses: ReadonlySet<string> = new Set([
  "delivered",
  "cancelled",
  "return_to_origin",
  "lost",
]);

function whyNotTracked(context: NewTracking | null, { shipment }: Facts): string | null {
  if (shipment === null || context === null) return "the parcel is not known";
  if ((shipment.awb_no ?? shipment.tracking_url) !== context.tracking) {
    return "the tracking has changed again";
  }
  return endedStatuses.has(shipment.status ?? "") ? "the parcel is no longer on its way" : null;
}

const whole: Shorten = (name) => name;

export const trackingChanged: TemplateDefinition<NewTracking> = {
  docs: {
    when: "courier, airway bill or link of a parcel change after a message about it was rendered with others, or with none",
    dropped:
      "its airway bill has changed again, or the parcel is delivered, cancelled, lost or returning",
  },
  audience: "customer",
  about: "shipment",
  asked: { by: "state", state: "tracking_changed" },
  reads: ["order", "shipment", "contents"],
  context: { shape, example: { kind: "tracking", tracking: "28744710012345" } },
  showsTracking: true,
  whyUntrue: ({ context, facts }) => whyNotTracked(context, facts),
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const shipment = shipmentOf(input);
      const part = shareIn(input, order).isPart ? "part_" : "";
      const body = say("tracking_changed.body");
      return {
        subject: say(`tracking_changed.${part}subject`, { order: number, store }),
        preview: body,
        heading: say("tracking_changed.heading"),
        blocks: [
          greet(order, texts),
          paragraph(body),
          ...trackButton(shipment, order, shop, texts),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.courier"), shipment.courier],
            [say("shared.tracking_number"), shipment.awb_no],
            [say("shared.expected"), dayText(shipment.eta, shop, currency, texts)],
          ]),
          ...parcelItems(shipment, order, texts),
        ],
        structured: parcelData(shipment, order, shop),
      };
    },
    /** Names the number and the courier only if nothing must be cut for them: the linked page shows both. */
    sms: (input) => {
      const { say, sms } = input.texts;
      const { start, courier, tracked, isTracked, awb } = smsParts(input);
      const text = (short: Shorten, number: string | null, courier: string | null): string => {
        const values = { start: start(short) };
        if (number === null) {
          return courier === null
            ? say("tracking_changed.sms_without_number", values)
            : say("tracking_changed.sms_without_number_with_courier", { ...values, courier });
        }
        return courier === null
          ? say("tracking_changed.sms", { ...values, number })
          : say("tracking_changed.sms_with_courier", { ...values, number, courier });
      };
      const said = [awb, null].flatMap((number) => [
        () => tracked(text(whole, number, courier)),
        () => tracked(text(whole, number, null)),
      ]);
      return fitSms(sms, [
        ...said,
        ...(isTracked ? [(short: Shorten) => tracked(text(short, null, null))] : []),
        (short) => text(short, awb, null),
        (short) => text(short, null, null),
      ]);
    },
  },
};

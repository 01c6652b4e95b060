/**
 * To the customer: the parcel is followed otherwise than a message about it has shown. One a parcel and
 * airway bill, from its state (store/outbox/tracking.ts).
 */
import * as z from "zod/mini";
import { fitSms, gsmText } from "../../channels/sms/fit";
import { dayText } from "../../text/when";
import type { Facts } from "../facts";
import { addressedTo, factsBlock, greet, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import {
  parcelItems,
  shareIn,
  shipmentOf,
  type Shorten,
  smsParts,
  trackButton,
} from "./parcel-parts";
import { words } from "./tracking-changed.en";

const shape = z.object({ kind: z.literal("tracking"), tracking: z.string() });

/** What the customer is to hear of: the airway bill, else the link. */
interface NewTracking {
  readonly tracking: string;
}

/** Where a parcel goes once its customer has nothing to follow any more. */
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
      "its airway bill has changed again, or the parcel is delivered, cancelled, lost or on its way back",
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
      const { order, number, currency, shop } = addressedTo(input);
      const shipment = shipmentOf(input);
      return {
        subject: words.subject(number, shareIn(input, order).isPart),
        preview: words.body,
        heading: words.heading,
        blocks: [
          greet(order),
          paragraph(words.body),
          ...trackButton(shipment, shop),
          ...factsBlock([
            [labels.order, number],
            [labels.courier, shipment.courier],
            [labels.awb, shipment.awb_no],
            [labels.eta, dayText(shipment.eta, shop, currency)],
          ]),
          ...parcelItems(shipment),
        ],
      };
    },
    /** The number and the courier where nothing is cut for them: the page of the link shows both. */
    sms: (input) => {
      const { start, by, track, awb } = smsParts(input);
      const { sms } = words;
      // A number with characters that an SMS would change is another number.
      const number = awb !== null && gsmText(awb) === awb ? awb : null;
      const courier = by(whole);
      const said = [sms(number) + courier, sms(number), sms(null) + courier, sms(null)];
      return fitSms([
        ...said.map((text) => () => `${start(whole)} ${text}.${track}`),
        ...(track === "" ? [] : [(short: Shorten) => `${start(short)} ${sms(null)}.${track}`]),
        (short) => `${start(short)} ${sms(number)}.`,
        (short) => `${start(short)} ${sms(null)}.`,
      ]);
    },
  },
};

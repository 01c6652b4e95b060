/** To the customer: the parcel has been delivered. */
import { fitSms } from "../../channels/sms/fit";
import { dayText } from "../../formatting/when";
import { addressedTo, deliveryAddress, factsBlock, greet, orderButton, paragraph } from "../parts";
import { parcelData } from "../structured";
import type { TemplateDefinition } from "../template";
import { itemsToCome, parcelItems, shareIn, shipmentOf, smsParts } from "./parcel-parts";

export const shipmentDelivered: TemplateDefinition = {
  docs: { when: "shipment.delivered", dropped: "the shipment is not delivered any more" },
  audience: "customer",
  about: "shipment",
  isOnByDefault: false,
  asked: { by: "event", types: ["shipment.delivered"] },
  reads: ["order", "shipment", "contents"],
  whyUntrue: ({ facts: { shipment } }) =>
    shipment?.status === "delivered" ? null : "the shipment is not delivered any more",
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const shipment = shipmentOf(input);
      const share = shareIn(input, order);
      const part = share.isPart ? "part_" : "";
      const body = say("shipment_delivered.body");
      return {
        subject: say(`shipment_delivered.${part}subject`, { order: number, store }),
        preview: body,
        heading: say(`shipment_delivered.${part}heading`),
        blocks: [
          greet(order, texts),
          paragraph(body),
          ...orderButton(say("shared.view_order"), shop.orderUrl, order),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.courier"), shipment.courier],
            [say("shared.tracking_number"), shipment.awb_no],
            [say("shared.delivered"), dayText(shipment.delivered_at, shop, currency, texts)],
          ]),
          ...parcelItems(shipment, order, texts),
          ...itemsToCome(share, texts),
          ...deliveryAddress(order, texts),
        ],
        structured: parcelData(shipment, order, shop),
      };
    },
    sms: (input) => {
      const { say, sms } = input.texts;
      const { start } = smsParts(input);
      return fitSms(sms, [(short) => say("shipment_delivered.sms", { start: start(short) })]);
    },
  },
};

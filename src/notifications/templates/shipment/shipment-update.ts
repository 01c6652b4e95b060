/** To the customer: what becomes of the parcel. One a status, and where it may come again one a day. */
import * as z from "zod/mini";
import { dayIn } from "../../../events/formats/time-zone";
import type { DecodedEvent } from "../../../projection/decoded-event";
import type { Fact } from "../../../projection/outbox-rows";
import { fitSms } from "../../channels/sms/fit";
import { lookUp } from "../../text/safe-text";
import { dayText } from "../../text/when";
import { addressedTo, deliveryAddress, factsBlock, greet, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import type { Share } from "./parcel";
import { replyHere, restElsewhere, restFollows } from "./parcel.en";
import {
  itemsToCome,
  parcelItems,
  shareIn,
  shipmentOf,
  type Shorten,
  smsParts,
  trackButton,
} from "./parcel-parts";
import { type ShipmentWords, words } from "./shipment-update.en";
import { dailyStatuses, notifiedStatuses } from "./notified-statuses";

const shape = z.object({ kind: z.literal("shipment_status"), status: z.string() });

/** The parcel's status that the customer is to hear of. */
interface Update {
  readonly status: string;
}

function factOf(event: DecodedEvent): Fact | null {
  const status = notifiedStatuses.find((one) => one === event.status);
  if (status === undefined) return null;
  const day = dayIn(event.occurredAt ?? event.receivedAt, event.timeZone);
  return {
    parts: [status, ...(dailyStatuses.has(status) ? [day] : [])],
    context: { kind: "shipment_status", status },
  };
}

function wordsOf(context: Update | null): ShipmentWords {
  const said = lookUp(words, context?.status);
  if (said === undefined) throw new Error("no words for this status");
  return said;
}

/** What is said of the rest of the order; nothing where it is not known what that is. */
function restOf({ isPart, toCome }: Share): string | null {
  if (!isPart || toCome === null) return null;
  return toCome.length === 0 ? restElsewhere : restFollows;
}

export const shipmentUpdate: TemplateDefinition<Update> = {
  docs: {
    when: `shipment.updated to ${notifiedStatuses.slice(0, -1).join(", ")} or ${notifiedStatuses.slice(-1).join("")}; ${[...dailyStatuses].join(" and ")} once a day`,
    dropped: "the shipment has moved on",
  },
  audience: "customer",
  about: "shipment",
  asked: { by: "event", types: ["shipment.updated"], factOf },
  reads: ["order", "shipment", "contents"],
  context: { shape, example: { kind: "shipment_status", status: "shipped" } },
  texts: { names: notifiedStatuses, of: ({ context }) => context?.status ?? null },
  showsTracking: true,
  whyUntrue: ({ context, facts }) =>
    context !== null && facts.shipment?.status === context.status
      ? null
      : "the shipment has moved on",
  channels: {
    email: (input) => {
      const { order, number, currency, shop } = addressedTo(input);
      const shipment = shipmentOf(input);
      const share = shareIn(input, order);
      const said = wordsOf(input.context);
      const isCollected = said.isCollected === true;
      const isComing = said.followed && !isCollected;
      const sentences = [
        said.body,
        said.asksBack === true && shop.takesReplies ? replyHere : null,
        said.followed ? restOf(share) : null,
      ];
      return {
        subject: said.subject(number, share.isPart),
        preview: said.body,
        heading: share.isPart ? said.partHeading : said.heading,
        blocks: [
          greet(order),
          paragraph(sentences.filter((text) => text !== null).join(" ")),
          ...(said.followed ? trackButton(shipment, shop) : []),
          ...factsBlock([
            [labels.order, number],
            [labels.courier, shipment.courier],
            [labels.awb, shipment.awb_no],
            [labels.eta, isComing ? dayText(shipment.eta, shop, currency) : null],
          ]),
          ...parcelItems(shipment),
          ...(said.followed ? itemsToCome(share) : []),
          ...(isCollected ? [] : deliveryAddress(order)),
        ],
      };
    },
    sms: (input) => {
      const said = wordsOf(input.context);
      const { start, by, track: link } = smsParts(input);
      const track = said.followed ? link : "";
      const begin = (short: Shorten): string => `${start(short)} ${said.sms}`;
      return fitSms([
        ...(said.namesCourier === true
          ? [(short: Shorten) => `${begin(short)}${by(short)}.${track}`]
          : []),
        (short) => `${begin(short)}.${track}`,
        (short) => `${begin(short)}.`,
      ]);
    },
  },
};

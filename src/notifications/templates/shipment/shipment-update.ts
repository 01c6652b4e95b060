/** To the customer: a new status of the parcel. One for each status, or for each day if the status may repeat. */
import * as z from "zod/mini";
import { dayIn } from "../../../events/field-formats/time-zone";
import type { DecodedEvent } from "../../../projection/decoded-event";
import type { Fact } from "../../../projection/outbox-rows";
import { fitSms, type Shorten } from "../../channels/sms/fit";
import { dayText } from "../../formatting/when";
import type { Texts } from "../../texts/say";
import { addressedTo, deliveryAddress, factsBlock, greet, paragraph, orderButton } from "../parts";
import { parcelData } from "../structured";
import type { TemplateDefinition } from "../template";
import type { Share } from "./parcel";
import {
  itemsToCome,
  parcelItems,
  shareIn,
  shipmentOf,
  smsParts,
  trackButton,
} from "./parcel-parts";
import {
  dailyStatuses,
  findNotified,
  namesCourier,
  notifiedStatuses,
  type NotifiedStatus,
  notifiedUpdates,
} from "./notified-statuses";

const shape = z.object({ kind: z.literal("shipment_status"), status: z.string() });

/** The status that the customer is notified of. */
interface Update {
  readonly status: string;
}

function factOf(event: DecodedEvent): Fact | null {
  const status = findNotified(event.status);
  if (status === null) return null;
  const day = dayIn(event.occurredAt ?? event.receivedAt, event.timeZone);
  return {
    parts: [status, ...(dailyStatuses.has(status) ? [day] : [])],
    context: { kind: "shipment_status", status },
  };
}

function statusOf(context: Update | null): NotifiedStatus {
  const status = findNotified(context?.status);
  if (status === null) throw new Error("no words for this status");
  return status;
}

/** The sentence about the rest of the order; null if there is none or it is unknown. */
function restOf({ isPart, toCome }: Share, { say }: Texts): string | null {
  if (!isPart || toCome === null) return null;
  return say(toCome.length === 0 ? "shared.rest_elsewhere" : "shared.rest_follows");
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
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const shipment = shipmentOf(input);
      const share = shareIn(input, order);
      const status = statusOf(input.context);
      const { followed, asksBack = false, isCollected = false } = notifiedUpdates[status];
      const part = share.isPart ? "part_" : "";
      const body = say(`shipment_update.${status}.body`);
      const sentences = [
        body,
        asksBack && shop.takesReplies ? say("shared.reply_here") : null,
        followed ? restOf(share, texts) : null,
      ];
      const eta = followed && !isCollected ? shipment.eta : null;
      return {
        subject: say(`shipment_update.${status}.${part}subject`, { order: number, store }),
        preview: body,
        heading: say(`shipment_update.${status}.${part}heading`),
        blocks: [
          greet(order, texts),
          paragraph(sentences.filter((text) => text !== null).join(" ")),
          ...(followed
            ? trackButton(shipment, order, shop, texts)
            : orderButton(say("shared.view_order"), shop.orderUrl, order)),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.courier"), shipment.courier],
            [say("shared.tracking_number"), shipment.awb_no],
            [say("shared.expected"), dayText(eta, shop, currency, texts)],
          ]),
          ...parcelItems(shipment, order, texts),
          ...(followed ? itemsToCome(share, texts) : []),
          ...(isCollected ? [] : deliveryAddress(order, texts)),
        ],
        structured: parcelData(shipment, order, shop),
      };
    },
    sms: (input) => {
      const { say, sms } = input.texts;
      const status = statusOf(input.context);
      const { followed } = notifiedUpdates[status];
      const { start, courier, tracked } = smsParts(input);
      const plain = (short: Shorten): string =>
        say(`shipment_update.${status}.sms`, { start: start(short) });
      const text = (said: string): string => (followed ? tracked(said) : said);
      const drafts = [(short: Shorten) => text(plain(short)), plain];
      if (courier === null || !namesCourier(status)) return fitSms(sms, drafts);
      const full = (short: Shorten): string =>
        say(`shipment_update.${status}.sms_with_courier`, {
          start: start(short),
          courier: short(courier),
        });
      return fitSms(sms, [(short) => text(full(short)), ...drafts]);
    },
  },
};

/** To the team: a refund did not go through. A refund with two names has one message. */
import { currencyOf, moneyOrNull, noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";
import { teamLabels } from "../words.en";
import { note } from "./refund-failed.en";

export const refundFailed: TemplateDefinition = {
  docs: { when: "payment.refund.failed", dropped: "the refund has succeeded" },
  audience: "team",
  about: "refund",
  asked: { by: "event", types: ["payment.refund.failed"] },
  reads: ["order", "refund"],
  once: { by: "refund", otherwise: "already told" },
  whyUntrue: ({ facts: { refund } }) =>
    refund?.status === "success" || refund?.twin_succeeded === 1
      ? "the refund has succeeded"
      : null,
  channels: {
    team: (input) => {
      const { order, refund } = input.facts;
      const { number, facts, page } = noteAbout(input);
      return {
        ...note(number, moneyOrNull(refund?.amount_micros, currencyOf(order, input.shop))),
        facts: [
          ...facts,
          [teamLabels.refund, refund?.refund_id ?? input.subjectId],
          [teamLabels.mode, refund?.payment_mode],
          [teamLabels.remarks, refund?.remarks],
        ],
        order: page,
      };
    },
  },
};

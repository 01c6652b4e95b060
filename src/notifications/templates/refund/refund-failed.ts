/** To the team: a refund has failed. A refund with two names has one message. */
import type { Texts } from "../../texts/say";
import { currencyOf, moneyOrNull, noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";

function textOf(order: string | null, amount: string | null, { say }: Texts): string {
  if (order === null) {
    return amount === null
      ? say("refund_failed.text_without_both")
      : say("refund_failed.text_without_order", { amount });
  }
  return amount === null
    ? say("refund_failed.text_without_amount", { order })
    : say("refund_failed.text", { order, amount });
}

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
      const { say } = input.texts;
      const amount = moneyOrNull(refund?.amount_micros, currencyOf(order, input.shop));
      return {
        title: say("refund_failed.title"),
        text: textOf(number, amount, input.texts),
        facts: [
          ...facts,
          [say("team.refund"), refund?.refund_id ?? input.subjectId],
          [say("team.refund_mode"), refund?.payment_mode],
          [say("team.remarks"), refund?.remarks],
        ],
        order: page,
      };
    },
  },
};

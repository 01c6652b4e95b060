/** To the team: a cancelled order has a refund outstanding. One per order, from its state (store/state/derive.ts). */
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import { money } from "../../../money";
import { dayText } from "../../formatting/when";
import { currencyOf, moneyOrNull, noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";

export const refundDue: TemplateDefinition = {
  docs: {
    when: "an hour after a cancelled order first has a refund outstanding",
    dropped:
      "nothing is outstanding: min(refundable, paid) − refunded ≤ 0, or the order is not cancelled",
  },
  audience: "team",
  about: "order",
  asked: { by: "state", state: "refund_outstanding" },
  reads: ["order"],
  whyUntrue: ({ facts: { order } }) =>
    order !== null && refundOutstandingMicros(order) > 0 ? null : "no refund is outstanding",
  channels: {
    team: (input) => {
      const { order } = input.facts;
      const { say } = input.texts;
      const currency = currencyOf(order, input.shop);
      const { number, facts, page } = noteAbout(input);
      return {
        title: say("refund_due.title"),
        text: say("refund_due.text", {
          order: number ?? "?",
          amount: order === null ? "?" : money(refundOutstandingMicros(order), currency),
        }),
        facts: [
          ...facts,
          [say("team.paid"), moneyOrNull(order?.paid_micros, currency)],
          [say("team.refunded"), moneyOrNull(order?.refunded_micros, currency)],
          [
            say("team.cancelled"),
            dayText(order?.cancelled_at ?? null, input.shop, currency, input.texts),
          ],
        ],
        order: page,
      };
    },
  },
};

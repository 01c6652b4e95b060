/** To the team: a cancelled order has money to be paid back. One an order, from its state (store/state/derive.ts). */
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import { money } from "../../text/money";
import { dayText } from "../../text/when";
import { currencyOf, moneyOrNull, noteAbout } from "../parts";
import type { TemplateDefinition } from "../template";
import { teamLabels } from "../words.en";
import { note } from "./refund-due.en";

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
      const currency = currencyOf(order, input.shop);
      const { number, facts, page } = noteAbout(input);
      return {
        ...note(
          number ?? "?",
          order === null ? "?" : money(refundOutstandingMicros(order), currency),
        ),
        facts: [
          ...facts,
          [teamLabels.paid, moneyOrNull(order?.paid_micros, currency)],
          [teamLabels.refunded, moneyOrNull(order?.refunded_micros, currency)],
          [teamLabels.cancelledAt, dayText(order?.cancelled_at ?? null, input.shop, currency)],
        ],
        order: page,
      };
    },
  },
};

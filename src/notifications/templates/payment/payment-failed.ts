/**
 * To the customer: the payment has failed. One for each failure: the payment and its time, or its event if it has no
 * time.
 */
import * as z from "zod/mini";
import { knownTime } from "../../../events/field-formats/time";
import type { DecodedEvent } from "../../../projection/decoded-event";
import { balanceDueMicros } from "../../../projection/money-status/financial-status";
import type { Fact } from "../../../projection/outbox-rows";
import { precedenceOf } from "../../../projection/patches/patches";
import { hasTime, idHashIn, stageIn, timeIn } from "../../../projection/precedence";
import { renewPrecedence } from "../../../projection/precedence-0-2";
import { money } from "../../../money";
import { fitSms, type Shorten } from "../../channels/sms/fit";
import type { Facts, OrderFacts } from "../facts";
import {
  addressedTo,
  currencyOf,
  factsBlock,
  greet,
  moneyOrNull,
  orderButton,
  orderItems,
  orderOf,
  paragraph,
} from "../parts";
import type { TemplateDefinition } from "../template";

/** The failure. The payment must still have the status that it set, or an order event must list the same failure. */
interface Failure {
  readonly precedence: string;
  readonly paymentDate: string | null;
}

const failure = z.object({
  kind: z.literal("payment_failure"),
  // A Worker of version 0.2 may have written it.
  precedence: z.pipe(
    z.string(),
    z.transform((text) => renewPrecedence(text, "payment")),
  ),
  paymentDate: z.nullable(z.string()),
});

function factOf(event: DecodedEvent): Fact | null {
  if (event.subject !== "payment") return null;
  return {
    parts: [event.occurredAt ?? event.id],
    context: {
      kind: "payment_failure",
      precedence: precedenceOf(event),
      paymentDate: knownTime(event.data.payment_date, event),
    },
  };
}

/**
 * A failure is identified by its time, or by its event if it has no time; its row is named after that. Two events with
 * the same time report the same failure, whichever of them made the row.
 */
function isSameFailure(one: string, other: string): boolean {
  const isSameMoment = timeIn(one) === timeIn(other) && stageIn(one) === stageIn(other);
  return idHashIn(one) === idHashIn(other) || (hasTime(one) && isSameMoment);
}

/** Until an event about the order itself has come, it is unknown how much must be paid. */
function isReported(order: OrderFacts): boolean {
  const { status, payable_micros, customer_email, customer_phone } = order;
  return (status ?? payable_micros ?? customer_email ?? customer_phone) !== null;
}

function whyNothingToPay(order: OrderFacts | null): string | null {
  if (order === null || !isReported(order)) return null;
  if (order.status === "cancelled") return "the order is cancelled";
  if (order.payment_status === "success") return "the order is paid";
  return balanceDueMicros(order) === 0 ? "nothing is to be paid any more" : null;
}

/** Null: the payment's status is still the one that this failure set. */
function whyOver(failed: Failure | null, { payment, paymentEvents }: Facts): string | null {
  if (failed === null || payment === null) return "the payment is not known";
  if (payment.status !== "failed" || (payment.twin_status ?? "failed") !== "failed") {
    return "the payment has moved on";
  }
  if (isSameFailure(payment.status_precedence, failed.precedence)) return null;
  // Another event set the status. If that is a payment event, it overrides this failure; if it is an order event, it
  // may list the same failure.
  const own = paymentEvents.map(({ status_precedence }) => status_precedence).toSorted();
  const setter = idHashIn(payment.status_precedence);
  if (own.some((precedence) => idHashIn(precedence) === setter)) {
    return "the payment has failed again since";
  }
  const isSame =
    payment.payment_date !== null && failed.paymentDate !== null
      ? payment.payment_date === failed.paymentDate
      : isSameFailure(own.at(-1) ?? "", failed.precedence);
  return isSame ? null : "the payment has failed again since";
}

export const paymentFailed: TemplateDefinition<Failure> = {
  docs: {
    when: "payment.failed",
    dropped:
      "another event has set the payment's status since (an order event that lists the same failure does not count), the order is paid, or cancelled",
  },
  audience: "customer",
  about: "payment",
  asked: { by: "event", types: ["payment.failed"], factOf },
  reads: ["order", "payment"],
  context: {
    shape: failure,
    example: { kind: "payment_failure", precedence: "", paymentDate: null },
  },
  whyUntrue: ({ context, facts }) => whyNothingToPay(facts.order) ?? whyOver(context, facts),
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { orderUrl, paymentUrl } = shop;
      const { say } = texts;
      const values = { order: number, store };
      const { payment } = input.facts;
      const amount = moneyOrNull(payment?.amount_micros, currency);
      return {
        subject: say("payment_failed.subject", values),
        preview: say("payment_failed.preview", values),
        heading: say("payment_failed.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(
            amount === null
              ? say("payment_failed.body_without_amount", values)
              : say("payment_failed.body", { ...values, amount }),
          ),
          paragraph(say("payment_failed.advice", values)),
          ...(paymentUrl === null
            ? orderButton(say("shared.view_order"), orderUrl, order)
            : orderButton(say("shared.pay"), paymentUrl, order)),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.amount"), amount],
            [say("shared.payment_method"), payment?.method],
          ]),
          ...orderItems(order, currency, texts),
        ],
      };
    },
    sms: (input) => {
      const { facts, shop, texts } = input;
      const { say, sms } = texts;
      const micros = facts.payment?.amount_micros ?? null;
      const currency = currencyOf(facts.order, shop);
      const amount = micros === null ? null : money(micros, currency, sms.money);
      const number = orderOf(input);
      const name = sms.name(shop.name);
      const text = (short: Shorten, amount: string | null): string => {
        const order = short(number);
        if (name === null) {
          return amount === null
            ? say("payment_failed.sms_without_both", { order })
            : say("payment_failed.sms_without_store", { order, amount });
        }
        const store = short(name);
        return amount === null
          ? say("payment_failed.sms_without_amount", { store, order })
          : say("payment_failed.sms", { store, order, amount });
      };
      return fitSms(sms, [(short) => text(short, amount), (short) => text(short, null)]);
    },
  },
};

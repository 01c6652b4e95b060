/** Personal data in lists: enough to recognise, too little to use. Detail pages show it completely. */
import { ERASED } from "../events/erased-body";
import type { MessageRow } from "../store/outbox/message-list";
import type { OrderRow } from "../store/state/order-list";

/** `Asha Rao` -> `A. R.` */
function maskName(name: string | null): string | null {
  if (name === null || name === ERASED) return name;
  const parts = name.split(/\s+/).filter((part) => part !== "");
  return parts.map((part) => `${Array.from(part)[0] ?? ""}.`).join(" ");
}

/** `asha@mail.example` -> `a***@mail.example`, `+919876543210` -> `***210`, a URL -> its host. */
function maskRecipient(recipient: string | null): string | null {
  if (recipient === null || recipient === "" || recipient === ERASED) return recipient;
  const url = /^https?:\/\//.test(recipient) ? URL.parse(recipient) : null;
  if (url !== null) return url.host;
  const at = recipient.lastIndexOf("@");
  if (at > 0) return `${Array.from(recipient)[0] ?? ""}***${recipient.slice(at)}`;
  return `***${recipient.slice(-3)}`;
}

export function maskMessage<T extends MessageRow>(message: T): T {
  return { ...message, recipient: maskRecipient(message.recipient) };
}

export function maskOrder(order: OrderRow): OrderRow {
  return {
    ...order,
    customer_name: maskName(order.customer_name),
    customer_email: maskRecipient(order.customer_email),
    customer_phone: maskRecipient(order.customer_phone),
  };
}

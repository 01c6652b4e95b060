/**
 * The paths that a browser must visit: every kind of page, each also with text that does harm if it is not treated as
 * text.
 */
import { hostile } from "./shop.ts";
import type { Stage } from "./stage.ts";

const id = encodeURIComponent;

/** Every kind of page: full and empty, valid and invalid. */
export async function everyPage(stage: Stage): Promise<readonly string[]> {
  const { order } = await stage.one<{ order: string }>(
    `SELECT r.order_number AS "order" FROM refunds r JOIN shipments s USING (order_number) LIMIT 1`,
  );
  const { event } = await stage.one<{ event: string }>(
    "SELECT id AS event FROM webhook_events WHERE event_type = 'order.created' AND order_number = 'ORD-104001'",
  );
  const { mail } = await stage.one<{ mail: string }>(
    "SELECT id AS mail FROM notifications WHERE channel = 'email' AND status = 'sent' LIMIT 1",
  );
  const { sms } = await stage.one<{ sms: string }>(
    "SELECT id AS sms FROM notifications WHERE channel = 'sms' LIMIT 1",
  );
  const { unsent } = await stage.one<{ unsent: string }>(
    "SELECT id AS unsent FROM notifications WHERE channel = 'email' AND rendered IS NULL AND status <> 'sent' LIMIT 1",
  );
  const { forward } = await stage.one<{ forward: string }>(
    "SELECT id AS forward FROM notifications WHERE channel = 'forward' AND attempt_log IS NOT NULL LIMIT 1",
  );
  return [
    "/console",
    "/console?range=7d",
    "/console?range=year",
    "/unsubscribe/AAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB",
    "/console/events",
    "/console/events?type=payment.failed&from=2026-01-01T00:00:00Z",
    "/console/events?from=yesterday",
    `/console/events/${id(event)}`,
    "/console/events/evt_PAY-Q_success",
    "/console/events/nothing",
    "/console/orders",
    "/console/orders?list=refunds_due",
    "/console/orders?list=undelivered",
    "/console/orders?list=unpaid",
    "/console/orders?list=stuck_shipments",
    "/console/orders?status=complete&placed=week&sort=total",
    "/console/orders?status=nonsense",
    `/console/orders/${id(order)}`,
    "/console/orders/ASK-PART",
    "/console/orders/ASK-WAITING",
    "/console/orders/nothing",
    "/console/troubled",
    "/console/unsent",
    "/console/refused",
    "/console/messages?template=shipment_update",
    `/console/messages/${id(mail)}`,
    `/console/messages/${id(sms)}`,
    `/console/messages/${id(unsent)}`,
    "/console/messages?recipient=meera.nair%40example.com",
    `/console/messages/${id(forward)}`,
    "/console/endpoints",
    "/console/endpoints/default",
    "/console/endpoints/ep_00000001",
    "/console/endpoints/ep_00000002",
    "/console/endpoints/default/replay",
    "/console/endpoints/default/replay?state=done&counted=5&sent=5",
    "/console/endpoints/nothing",
    "/console/search",
    "/console/search?q=asha",
    "/console/search?q=nothing%20like%20it",
    `/console/people?order=${id(order)}`,
    `/console/people?order=${id(hostile.script)}`,
    "/console/people",
    "/console/activity",
    "/console/settings",
    "/console/settings/shop",
    "/console/settings/messages",
    "/console/settings/messages/order_confirmed",
    "/console/settings/messages/order_cancelled?order=nothing",
    "/console/settings/messages/shipment_update?language=hi&text=out_for_delivery",
    "/console/settings/messages/refund_due",
    "/console/settings/messages/shared?language=hi",
    "/console/settings/messages/team",
    "/console/settings/messages/nothing",
    "/console/replays/1",
    "/console/resends/2",
  ];
}

export const hostilePages: readonly string[] = [
  `/console/events/${id(hostile.script)}`,
  `/console/events/${id(hostile.turned)}`,
  `/console/events/${id(hostile.nul)}`,
  `/console/events/${id(hostile.quote)}`,
  "/console/events/~?id=..",
  `/console/orders/${id(hostile.script)}`,
  `/console/orders/${id(hostile.turned)}`,
  `/console/orders/${id(hostile.nul)}`,
  `/console/events?q=${id(hostile.script)}`,
  `/console/search?q=${id(hostile.script)}`,
  `/console/messages?order=${id(hostile.script)}`,
  "/console/endpoints/ep_00000002",
  `/console/settings/messages/order_confirmed?order=${id(hostile.script)}`,
  `/console/settings/messages/order_confirmed?order=${id(hostile.turned)}&history=${id(hostile.script)}`,
];

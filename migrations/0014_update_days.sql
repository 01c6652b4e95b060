-- What a day means: no column is added or changed, so the version before this runs on it too.

-- A parcel that was expected on a day, without a time of day, was stored as midnight in UTC.
UPDATE shipments SET eta = substr(eta, 1, 10) WHERE eta LIKE '%T00:00:00.000Z';
--> statement-breakpoint

-- "Out for delivery" and "delivery attempted" are told again on another day, so the day is part of what
-- was told: .../out_for_delivery/email becomes .../out_for_delivery/2026-11-26/email. A message that a
-- provider may have taken without an answer keeps its id, which is the key that the provider knows.
UPDATE notifications
SET id = substr(id, 1, length(id) - length(channel))
    || substr(coalesce(nullif(due_at, ''), created_at), 1, 10) || '/' || channel,
  awaits_sweep = iif(status = 'pending', 1, awaits_sweep)
WHERE id >= 'shipment_update/' AND id < 'shipment_update0'
  AND (id LIKE '%/out_for_delivery/' || channel OR id LIKE '%/delivery_attempted/' || channel)
  AND (status <> 'pending' OR rendered IS NULL);
--> statement-breakpoint
-- The events that asked for them, by whose list of messages the console and the sweep find these.
UPDATE webhook_events
SET outbox = (
  SELECT json_group_array(iif(
    (j.value LIKE '%/out_for_delivery/email' OR j.value LIKE '%/out_for_delivery/sms'
      OR j.value LIKE '%/delivery_attempted/email' OR j.value LIKE '%/delivery_attempted/sms')
    AND NOT EXISTS (SELECT 1 FROM notifications kept WHERE kept.id = j.value),
    rtrim(j.value, 'emailsms') || substr(coalesce(occurred_at, received_at), 1, 10)
      || iif(j.value LIKE '%/email', '/email', '/sms'),
    j.value))
  FROM json_each(webhook_events.outbox) j)
WHERE outbox IS NOT NULL AND id IN (
  SELECT n.event_id FROM notifications n
  WHERE n.id >= 'shipment_update/' AND n.id < 'shipment_update0'
    AND (n.id LIKE '%/out_for_delivery/____-__-__/%' OR n.id LIKE '%/delivery_attempted/____-__-__/%'));

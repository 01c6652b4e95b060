/**
 * `tracking_changed`: a parcel has another courier, airway bill or link than an earlier message showed. Written in
 * the batch that changes the tracking, before the merge, while the row still has the old values. The claim fences
 * messages that are rendered at the same time (outbox.ts): such a message shows the new tracking, or was rendered
 * before and is found here.
 */
import { messagesOf, templatesWhere } from "../../notifications/templates";
import { ofImportSql } from "../../projection/precedence";
import type { Patch } from "../../projection/registers";
import { happenedAt } from "../state/happened";
import { isUsed } from "./channels";
import { escaped } from "./fact-ids";
import { slicedRows, slicedStatements } from "../slices";

/** Airway bills are short; a longer one is identified by its beginning. */
const TRACKING_ID_CHARACTERS = 200;

const other = (now: string, before: string): string =>
  `(${now} IS NOT NULL AND ${now} IS NOT ${before})`;
/** A value that is no longer stated is not a change. */
const differs = (courier: string, awb: string, url: string): string =>
  `(${other("c.courier", courier)} OR ${other("c.awb_no", awb)} OR ${other("c.tracking_url", url)})`;

/**
 * `?1`: the tracking registers of the batch; `?2`: now; `?3`: the messages that report a change; `?4`: templates that
 * show a tracking; `?5`: channels that are not used. Primary keys: if nothing changes, one lookup for each parcel and
 * no write. The messages about a parcel are found by the beginning of their ids. If the text of a sent message is
 * purged, it is not known what it showed. Imported values were not reported: the event that repeats them reports
 * them.
 */
const announceTracking = `
INSERT INTO notifications (id, template, channel, about, order_number, subject_id, status,
  next_attempt_at, due_at, created_at, context, happened_at)
SELECT m.value->>'template' || '/' || ${escaped("s.shipment_id")} || '/'
    || ${escaped(`substr(coalesce(c.awb_no, c.tracking_url), 1, ${String(TRACKING_ID_CHARACTERS)})`)}
    || '/' || (m.value->>'channel'),
  m.value->>'template', m.value->>'channel', 'shipment', s.order_number, s.shipment_id, 'pending', ?2, ?2,
  ?2, json_object('kind', 'tracking', 'tracking', coalesce(c.awb_no, c.tracking_url)),
  ${happenedAt("c.precedence")}
FROM ${slicedRows("shipment_id", "precedence", "courier", "awb_no", "tracking_url")} c
CROSS JOIN shipments s ON s.shipment_id = c.shipment_id
CROSS JOIN json_each(?3) m
WHERE c.precedence > s.tracking_precedence
  AND (${ofImportSql("s.tracking_precedence")} OR ${differs("s.courier", "s.awb_no", "s.tracking_url")})
  AND EXISTS (
    SELECT 1 FROM json_each(?4) t
    CROSS JOIN notifications n ON n.id >= t.value || '/' || ${escaped("s.shipment_id")} || '/'
      AND n.id < t.value || '/' || ${escaped("s.shipment_id")} || '0'
    WHERE (n.rendered IS NOT NULL OR n.status = 'sent') AND ${differs(
      "n.rendered->>'$.tracking.courier'",
      "n.rendered->>'$.tracking.awb_no'",
      "n.rendered->>'$.tracking.tracking_url'",
    )})
  AND ${isUsed("(m.value->>'channel')", "?5")}
ON CONFLICT (id) DO NOTHING
RETURNING id`;
const messages = JSON.stringify(messagesOf("tracking_changed"));
const showing = JSON.stringify(templatesWhere(({ showsTracking }) => showsTracking === true));

/** Empty if no parcel of the batch states a tracking. Run before the merge. */
export function trackingStatements(
  db: D1Database,
  shipments: Iterable<Patch>,
  now: string,
  unused: readonly string[],
): readonly D1PreparedStatement[] {
  const rows = [...shipments].flatMap(({ key, settings }) => {
    const setting = settings.get("tracking");
    if (setting === undefined) return [];
    const { courier, awb_no: awb, tracking_url: url } = setting.values;
    // Without an airway bill or a link there is nothing to follow, and nothing to report.
    return (awb ?? url ?? null) === null ? [] : [[key, setting.precedence, courier, awb, url]];
  });
  return slicedStatements(
    db,
    announceTracking,
    rows,
    now,
    messages,
    showing,
    JSON.stringify(unused),
  );
}

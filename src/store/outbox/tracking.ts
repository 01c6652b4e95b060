/**
 * `tracking_changed`: a parcel has another courier, airway bill or link than a message about it has shown.
 * Written in the batch that changes it, before the merge, while the row still says what stood. A message
 * that is rendered beside this batch is fenced by its claim (outbox.ts): either it shows what this batch
 * sets, or it was rendered before and is found here.
 */
import { messagesOf, templatesWhere } from "../../notifications/templates";
import { ofImportSql } from "../../projection/precedence";
import type { Patch } from "../../projection/registers";
import { happenedAt } from "../state/happened";
import { isUsed } from "./channels";
import { escaped } from "./fact-ids";
import { slicedRows, slicedStatements } from "../slices";

/** An airway bill is short; what is not is known by its beginning. */
const TRACKING_ID_CHARACTERS = 200;

const other = (now: string, before: string): string =>
  `(${now} IS NOT NULL AND ${now} IS NOT ${before})`;
/** What is not said any more is not another one. */
const differs = (courier: string, awb: string, url: string): string =>
  `(${other("c.courier", courier)} OR ${other("c.awb_no", awb)} OR ${other("c.tracking_url", url)})`;

/**
 * `?1`: the tracking registers of the batch; `?2`: now; `?3`: by which messages it is told; `?4`: templates
 * that have shown a tracking; `?5`: channels that are not used. Primary keys: where nothing changes, one look at each parcel and nothing
 * written. The messages about a parcel are found by the beginning of their ids; of one that was sent so long
 * ago that its words are gone, it is not known what it showed. What an import has set was not told: the
 * event that repeats it tells it.
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

/** None where no parcel of the batch says how it can be followed. Run before the merge. */
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
    // Without either there is nothing to follow, and so nothing to tell.
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

/**
 * The tracking link of a parcel: the one that came with it, else one made from its airway-bill number. One row for each
 * courier; a shop adds its own with the var TRACKING_URLS.
 */
import { httpUrl } from "../../formatting/safe-text";
import type { ShipmentFacts } from "../facts";

/** Name in lower-case letters and digits -> page with `{awb}`. */
export const courierPages: Readonly<Record<string, string>> = {
  delhivery: "https://www.delhivery.com/track/package/{awb}",
  bluedart: "https://www.bluedart.com/trackdartresultthirdparty?trackFor=0&trackNo={awb}",
  dtdc: "https://www.dtdc.in/tracking.asp?strCnno={awb}",
  ekart: "https://ekartlogistics.com/shipmenttrack/{awb}",
  xpressbees: "https://www.xpressbees.com/shipment/tracking?awbNo={awb}",
  indiapost:
    "https://www.indiapost.gov.in/_layouts/15/dop.portal.tracking/trackconsignment.aspx?cn={awb}",
  fedex: "https://www.fedex.com/fedextrack/?trknbr={awb}",
  ups: "https://www.ups.com/track?tracknum={awb}",
  dhl: "https://www.dhl.com/in-en/home/tracking.html?tracking-id={awb}",
};

function plainName(courier: string): string {
  return courier.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Shorter names match only whole words: Upstate Logistics is not UPS. */
const PREFIX_MIN_LETTERS = 5;

/** "Blue Dart Express" -> blue, bluedart, bluedartexpress. */
function beginningsOf(courier: string): ReadonlySet<string> {
  const words = courier.toLowerCase().split(/[^a-z0-9]+/);
  return new Set(words.map((_, index) => words.slice(0, index + 1).join("")));
}

/** The page of the longest known name that the courier's name begins with: "Blue Dart Express" is Blue Dart. */
function findPage(courier: string, pages: Readonly<Record<string, string>>): string | null {
  const name = plainName(courier);
  const beginnings = beginningsOf(courier);
  const matches = Object.keys(pages).filter((key) => {
    const known = plainName(key);
    const isLong = known.length >= PREFIX_MIN_LETTERS;
    return known !== "" && (beginnings.has(known) || (isLong && name.startsWith(known)));
  });
  const best = matches.toSorted((a, b) => b.length - a.length)[0];
  return best === undefined ? null : (pages[best] ?? null);
}

/** An http(s) link, or null if none is known. `ownPages`: the shop's, searched first. */
export function trackingLink(
  shipment: Pick<ShipmentFacts, "courier" | "awb_no" | "tracking_url">,
  ownPages: Readonly<Record<string, string>>,
): string | null {
  const given = httpUrl(shipment.tracking_url);
  if (given !== null) return given;
  const { courier, awb_no: awb } = shipment;
  if (courier === null || awb === null || awb.trim() === "") return null;
  const page = findPage(courier, ownPages) ?? findPage(courier, courierPages);
  // As a function: `$&` in a number from outside must not be read as a pattern.
  return httpUrl(page?.replaceAll("{awb}", () => encodeURIComponent(awb.trim())) ?? null);
}

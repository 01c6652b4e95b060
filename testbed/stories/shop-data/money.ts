/**
 * The amounts of stories: whole paise internally, decimals in bodies as the vendor sends them, millionths in
 * expected results as the receiver stores them.
 */

/** 129950 -> 1299.5, the decimal number of a body. */
export function rupees(paise: number): number {
  return paise / 100;
}

/** 129950 -> 1299500000, the millionths of a `*_micros` column. */
export function micros(paise: number): number {
  return paise * 10_000;
}

/** The GST in a price that includes it, in paise. */
export function taxWithin(paise: number, ratePercent: number): number {
  return Math.round((paise * ratePercent) / (100 + ratePercent));
}

/**
 * Money of the stories: whole paise inside, decimals in bodies as the vendor sends them, millionths
 * in expectations as the receiver keeps them.
 */

/** 129950 -> 1299.5, the decimal number of a body. */
export function rupees(paise: number): number {
  return paise / 100;
}

/** 129950 -> 1299500000, the millionths of a `*_micros` column. */
export function micros(paise: number): number {
  return paise * 10_000;
}

/** The GST inside a price that includes it, in paise. */
export function taxWithin(paise: number, ratePercent: number): number {
  return Math.round((paise * ratePercent) / (100 + ratePercent));
}

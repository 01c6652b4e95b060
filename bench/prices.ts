/** Cloudflare's prices, in dollars per million, from its documentation of 23 November 2026. */
export const PRICES = {
  asOf: "2026-11-23",
  rowsWritten: 1.0,
  rowsRead: 0.001,
  queueOperations: 0.4,
  requests: 0.3,
  cpuMs: 0.02,
} as const;

/** A message is written, read and deleted; each 64 KB that it begins counts. */
export const OPERATIONS_A_MESSAGE = 3;

export interface Usage {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly queueOperations: number;
  readonly requests: number;
  readonly cpuMs: number;
}

/** Dollars for a million events, from what one event uses. */
export function priceOfMillion(usage: Usage): number {
  return (
    usage.rowsWritten * PRICES.rowsWritten +
    usage.rowsRead * PRICES.rowsRead +
    usage.queueOperations * PRICES.queueOperations +
    usage.requests * PRICES.requests +
    usage.cpuMs * PRICES.cpuMs
  );
}

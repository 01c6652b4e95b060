/**
 * Why a delivery is refused at the webhook route, in the words that `refused_deliveries`, metrics and
 * pages use. Everything authentic is kept, unless it is empty, not text, too large or cut off.
 */
export const refusalReasons = [
  "no signature",
  "malformed signature",
  "wrong signature",
  "too large",
  "empty",
  "not text",
  "cut off",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

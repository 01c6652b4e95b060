/**
 * The reasons why the webhook route refuses a delivery, as `refused_deliveries`, metrics and pages use them. Every
 * authentic body is stored, unless it is empty, not text, too large or cut off.
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

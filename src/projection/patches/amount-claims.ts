/** The amount that each event states for each payment, to find contradictions. */
import type { Interpretation } from "../interpret";
import { placeIn } from "../precedence";

export interface AmountClaim {
  readonly eventId: string;
  readonly paymentId: string;
  readonly precedence: string;
  /** Millionths. */
  readonly amountMicros: number;
  /** True if another event of the batch states another amount with the same time and stage. */
  readonly contested: boolean;
}

/** Every amount that the events state for a payment. */
export function amountClaims(meanings: readonly Interpretation[]): readonly AmountClaim[] {
  const claims = meanings.flatMap(({ id: eventId, patches }) =>
    patches.flatMap(({ entity, key: paymentId, settings }) => {
      const setting = entity === "payments" ? settings.get("amount") : undefined;
      const amountMicros = setting?.values["amount_micros"];
      return setting === undefined || typeof amountMicros !== "number"
        ? []
        : { eventId, paymentId, precedence: setting.precedence, amountMicros };
    }),
  );
  const placeOf = (claim: (typeof claims)[number]): string =>
    `${placeIn(claim.precedence)} ${claim.paymentId}`;
  const amounts = new Map<string, Set<number>>();
  for (const claim of claims) {
    const place = placeOf(claim);
    amounts.set(place, (amounts.get(place) ?? new Set()).add(claim.amountMicros));
  }
  return claims.map((claim) => ({
    ...claim,
    contested: (amounts.get(placeOf(claim))?.size ?? 0) > 1,
  }));
}

/** The effects of a network on a story: deliveries out of order, and repeated deliveries. */
import type { Random } from "./random.ts";

/** A new list in random order; every permutation is equally likely. */
export function shuffle<T>(list: readonly T[], random: Random): T[] {
  const drawn = list.map((entry) => ({ entry, lot: random.next() }));
  return drawn.toSorted((a, b) => a.lot - b.lot).map(({ entry }) => entry);
}

/** The list, with this share of it (0.2: every fifth entry) repeated once or twice at its end. */
export function repeat<T>(list: readonly T[], random: Random, share: number): T[] {
  const again = list.filter(() => random.chance(share));
  const onceMore = again.filter(() => random.chance(0.2));
  return [...list, ...again, ...onceMore];
}

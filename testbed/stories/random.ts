/**
 * A small seeded source of randomness (sfc32): the same seed and stream give the same numbers in
 * Node and in workerd. Streams keep stories apart, so that one more order changes no other.
 */

export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from min to max, both included. */
  integer(min: number, max: number): number;
  between(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One of the list, each as likely as its weight. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T;
  hex(length: number): string;
  digits(length: number): string;
}

/** sfc32 by Chris Doty-Humphrey (PractRand, public domain): 128 bits of state, 32 bits a step. */
function sfc32(seed: number, stream: number): () => number {
  let a = seed >>> 0;
  let b = stream >>> 0;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;
  const step = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Seeds that differ by one bit give unrelated numbers only after some rounds.
  for (let round = 0; round < 15; round += 1) step();
  return step;
}

export function createRandom(seed: number, stream = 0): Random {
  const next = sfc32(seed, stream);
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const letters = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join("");
  return {
    next,
    integer,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: (list) => pick(list, next()),
    weighted: (list) => weighted(list, next()),
    hex: (length) => letters("0123456789abcdef", length),
    digits: (length) => letters("0123456789", length),
  };
}

/** A stream for a text (FNV-1a, 32 bits). */
export function streamOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

function pick<T>(list: readonly T[], at: number): T {
  for (const chosen of list.slice(Math.floor(at * list.length))) return chosen;
  throw new RangeError("cannot pick from an empty list");
}

function weighted<T extends { readonly weight: number }>(list: readonly T[], at: number): T {
  const total = list.reduce((sum, entry) => sum + entry.weight, 0);
  let left = at * total;
  for (const entry of list) {
    left -= entry.weight;
    if (left < 0) return entry;
  }
  throw new RangeError("cannot weigh an empty list");
}

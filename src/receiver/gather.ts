/**
 * Group commit: requests that wait together share one write. Whoever comes while nothing is being
 * written writes at once; whoever comes meanwhile joins the next group, whose first member leads it:
 * it waits for its turn, does the work for all, and leaves each its answer.
 *
 * Requests of one isolate may share data, but neither promises nor timers: a promise that another
 * request resolves goes on in the other one's context in some versions of the runtime, and a request
 * that waits on nothing of its own is taken for hung. So each request looks again on its own timer,
 * and nothing here is ever awaited by a request that did not make it. The leader's work runs under its
 * `waitUntil`, so a client that hangs up does not take the group with it; and a group whose leader died
 * all the same is left alone after a while. Doing the work twice has to be harmless.
 */

export interface GatherOptions<Item, Result> {
  /** Does the work for a group; the results in the order of the items. */
  readonly together: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** What follows once the members of a group have their answers; the next group does not wait. */
  readonly after: (items: readonly Item[], results: readonly Result[]) => Promise<void>;
  /** `wasTried`: a group has tried it before, and may yet have done it. */
  readonly alone: (item: Item, wasTried: boolean) => Promise<Result>;
  /** Two items with the same key are never in one group; null goes alone. */
  readonly keyOf: (item: Item) => string | null;
  /** What an item adds to the group, and the most that a group may hold, in the same unit. */
  readonly sizeOf: (item: Item) => number;
  readonly maxSize: number;
  readonly maxItems: number;
  /** How often a request that waits looks again, in milliseconds. */
  readonly lookEveryMs: number;
}

/** What a request brings with it. */
export interface Caller {
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** How long it waits for its group before it does the work alone, in milliseconds. */
  readonly patienceMs: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

interface Member<Item, Result> {
  readonly item: Item;
  answer: { readonly result: Result } | "alone" | null;
}

interface Group<Item, Result> {
  readonly members: Map<string, Member<Item, Result>>;
  readonly openedMs: number;
  size: number;
}

export type Gather<Item, Result> = (item: Item, caller: Caller) => Promise<Result>;

/** One per isolate and store: what it returns is called by every request. */
export function gather<Item, Result>(options: GatherOptions<Item, Result>): Gather<Item, Result> {
  let open: Group<Item, Result> | null = null;
  /** The group that is being written, and since when. */
  let busy: { readonly sinceMs: number } | null = null;

  /** Looks again and again until it is so, or the time is over. */
  async function until(isSo: () => boolean, { patienceMs, nowMs }: Caller): Promise<void> {
    const endMs = nowMs() + patienceMs;
    while (!isSo() && nowMs() < endMs) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, options.lookEveryMs);
      });
    }
  }

  /** Answers every member; returns what is left to be done. */
  async function write(group: Group<Item, Result>): Promise<() => Promise<void>> {
    const members = [...group.members.values()];
    const items = members.map(({ item }) => item);
    try {
      const results = await options.together(items);
      for (const [index, member] of members.entries()) {
        const result = results[index];
        member.answer = result === undefined ? "alone" : { result };
      }
      return () => options.after(items, results);
    } catch {
      // Each finds out by itself: one that cannot be written must not fail the others.
      for (const member of members) member.answer = "alone";
      return () => Promise.resolve();
    }
  }

  /** Done once every member has its answer; what follows goes on in the background. */
  async function lead(group: Group<Item, Result>, caller: Caller): Promise<void> {
    await until(() => busy === null, caller);
    if (open === group) open = null;
    const own = { sinceMs: caller.nowMs() };
    busy = own;
    const rest = await write(group);
    if (busy === own) busy = null;
    caller.background(rest());
  }

  /** The group to join, and whether the caller has to lead it; null where there is no room. */
  function join(
    key: string,
    size: number,
    { nowMs, patienceMs }: Caller,
  ): { readonly group: Group<Item, Result>; readonly leads: boolean } | null {
    const now = nowMs();
    // Left behind by requests that died: nobody waits for these.
    if (busy !== null && now - busy.sinceMs > patienceMs) busy = null;
    if (open !== null && now - open.openedMs > patienceMs) open = null;
    if (open === null) {
      const group = { members: new Map(), openedMs: now, size: 0 };
      open = group;
      return { group, leads: true };
    }
    const isFull =
      open.members.size >= options.maxItems ||
      open.size + size > options.maxSize ||
      open.members.has(key);
    return isFull ? null : { group: open, leads: false };
  }

  return async (item, caller) => {
    const key = options.keyOf(item);
    const size = options.sizeOf(item);
    const place = key === null || size > options.maxSize ? null : join(key, size, caller);
    if (key === null || place === null) return await options.alone(item, false);
    const { group, leads } = place;
    const member: Member<Item, Result> = { item, answer: null };
    group.members.set(key, member);
    group.size += size;
    const isAnswered = (): boolean => member.answer !== null;
    if (leads) {
      // What keeps the leader alive ends with its patience, even where the store never answers.
      caller.background(until(isAnswered, { ...caller, patienceMs: caller.patienceMs * 2 }));
      await Promise.race([lead(group, caller), until(isAnswered, caller)]);
    } else {
      await until(isAnswered, caller);
    }
    const { answer } = member;
    return answer === null || answer === "alone" ? await options.alone(item, true) : answer.result;
  };
}

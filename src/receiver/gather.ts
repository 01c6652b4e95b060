/**
 * Group commit: requests that wait at the same time share one write. A request joins the last group in the line. The
 * first request that finds the first group due writes it, and stores the answer of each member. A group is due a
 * moment after the last write began, or at once if it is full, while few writes are under way: most of a write is its
 * round trip, and the store can serve another one meanwhile.
 *
 * Requests of one isolate may share data, but neither promises nor timers. A promise that another request resolves
 * continues in that request's context once V8 has optimized the code, and a request that waits for nothing of its
 * own counts as hung. So each request checks again on its own timer, and a request awaits only what it has created
 * itself. The write runs under its request's `waitUntil`, so a client that disconnects does not end the group's
 * write. If a write never ends, its members wait until their time is over. A repeated write must be harmless.
 */
import { atMost } from "../time-limit";

export interface GatherOptions<Item, Result> {
  /** Does the work for a group; the results are in the order of the items. */
  readonly together: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Runs after the members of a group have their answers; the next group does not wait for it. */
  readonly after: (items: readonly Item[], results: readonly Result[]) => Promise<void>;
  /** `wasTried`: a group has tried it before, and may have done it. */
  readonly alone: (item: Item, wasTried: boolean) => Promise<Result>;
  /** Two items with the same key are never in one group; an item with null is written alone. */
  readonly keyOf: (item: Item) => string | null;
  /** The size of an item and the largest size of a group, in the same unit. */
  readonly sizeOf: (item: Item) => number;
  readonly maxSize: number;
  readonly maxItems: number;
  /** How long after a write began the next may begin, unless its group is full; and how many may be under way. */
  readonly apartMs: number;
  readonly maxWrites: number;
  /** The shortest interval at which a waiting request checks again, in milliseconds. */
  readonly lookEveryMs: number;
}

/** The dependencies of a request. */
export interface Caller {
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** How long it waits for its group before it does its work alone, in milliseconds. */
  readonly patienceMs: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** False once its request has another answer: it joins no write any more, and does not write alone. */
  readonly isAwaited: () => boolean;
}

interface Member<Item, Result> {
  readonly item: Item;
  answer: { readonly result: Result } | "alone" | null;
}

interface Group<Item, Result> {
  readonly members: Map<string, Member<Item, Result>>;
  /** When its last member joined: no member waits longer than its patience after that. */
  joinedMs: number;
  size: number;
}

export type Gather<Item, Result> = (item: Item, caller: Caller) => Promise<Result>;

/**
 * A request that has waited for long checks less often, after a further such share of the time that it has waited:
 * otherwise thousands of requests that wait for a slow store would spend the isolate's time on timers.
 */
const LATER_BY = 1 / 8;

/** By setTimeout: with scheduler.wait an isolate under the load of a sale falls behind and answers no more. */
async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** The waiting groups and the writes that are under way. */
class Line<Item, Result> {
  readonly #options: GatherOptions<Item, Result>;
  /** New requests join the last group. */
  readonly #groups: Group<Item, Result>[] = [];
  /** The writes that are under way, in the order in which they began. */
  readonly #writes = new Set<{ readonly sinceMs: number }>();
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(options: GatherOptions<Item, Result>) {
    this.#options = options;
  }

  /** The group to write now, for any request that checks; null if there is none. */
  findDue({ nowMs, patienceMs }: Caller): Group<Item, Result> | null {
    const now = nowMs();
    const groups = this.#groups;
    // No request waits for these; without this, the line would grow while the store hangs.
    const isLeft = ({ members, joinedMs }: Group<Item, Result>): boolean =>
      members.size === 0 || now - joinedMs >= patienceMs;
    while (groups[0] !== undefined && isLeft(groups[0])) groups.shift();
    const [group] = groups;
    if (group === undefined) return null;
    const writes = this.#writes;
    // No request waits for a write that has taken so long.
    for (const write of writes) if (now - write.sinceMs >= patienceMs) writes.delete(write);
    const { apartMs, maxWrites } = this.#options;
    const isSoon = groups.length === 1 && now - this.#beganMs < apartMs;
    return writes.size < maxWrites && !isSoon ? group : null;
  }

  /** Answers every member; returns the remaining work. */
  async #write(members: readonly Member<Item, Result>[]): Promise<() => Promise<void>> {
    const items = members.map(({ item }) => item);
    try {
      const results = await this.#options.together(items);
      for (const [index, member] of members.entries()) {
        const result = results[index];
        member.answer = result === undefined ? "alone" : { result };
      }
      return () => this.#options.after(items, results);
    } catch {
      // Each member tries alone: an item that cannot be written must not fail the others.
      for (const member of members) member.answer = "alone";
      return () => Promise.resolve();
    }
  }

  /** Writes the first group in the line. Ends when every member has its answer; the rest continues after that. */
  async lead(group: Group<Item, Result>, caller: Caller): Promise<void> {
    this.#groups.shift();
    const own = { sinceMs: caller.nowMs() };
    this.#writes.add(own);
    this.#beganMs = own.sinceMs;
    const members = [...group.members.values()];
    const after = await this.#write(members);
    this.#writes.delete(own);
    caller.background(after());
  }

  /** The group to join: the last in the line, or a new one if that has no room. */
  join(key: string, size: number, joinedMs: number): Group<Item, Result> {
    const last = this.#groups.at(-1);
    const hasRoom =
      last !== undefined &&
      last.members.size < this.#options.maxItems &&
      last.size + size <= this.#options.maxSize &&
      !last.members.has(key);
    if (hasRoom) return last;
    const group = { members: new Map(), joinedMs, size: 0 };
    this.#groups.push(group);
    return group;
  }
}

/** Waits until this member has its answer or its patience is over; writes the group if it is due. */
async function awaitAnswer<Item, Result>(
  line: Line<Item, Result>,
  member: Member<Item, Result>,
  caller: Caller,
  { endMs, lookEveryMs }: { readonly endMs: number; readonly lookEveryMs: number },
): Promise<void> {
  while (member.answer === null) {
    const leftMs = endMs - caller.nowMs();
    if (leftMs <= 0 || !caller.isAwaited()) return;
    const next = line.findDue(caller);
    if (next === null) {
      const waitedMs = caller.patienceMs - leftMs;
      await pause(Math.min(Math.max(lookEveryMs, waitedMs * LATER_BY), leftMs));
      continue;
    }
    const leading = line.lead(next, caller);
    // The `waitUntil` must end at some time, even if the store never answers.
    caller.background(atMost(leading, caller.patienceMs * 2));
    await atMost(leading, leftMs);
  }
}

/** One per isolate and store; every request calls the returned function. */
export function gather<Item, Result>(options: GatherOptions<Item, Result>): Gather<Item, Result> {
  const line = new Line(options);
  return async (item, caller) => {
    const key = options.keyOf(item);
    const size = options.sizeOf(item);
    if (key === null || size > options.maxSize) return await options.alone(item, false);
    const startedMs = caller.nowMs();
    const group = line.join(key, size, startedMs);
    const member: Member<Item, Result> = { item, answer: null };
    group.members.set(key, member);
    group.size += size;
    group.joinedMs = startedMs;
    const endMs = startedMs + caller.patienceMs;
    await awaitAnswer(line, member, caller, { endMs, lookEveryMs: options.lookEveryMs });
    const { answer } = member;
    if (answer === null) {
      // An item that is still in the line is not written a second time if its request writes it alone.
      group.members.delete(key);
      group.size -= size;
    }
    if (answer !== null && answer !== "alone") return answer.result;
    if (!caller.isAwaited()) throw new Error("no longer awaited");
    return await options.alone(item, true);
  };
}

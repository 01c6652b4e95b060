/**
 * Group commit: requests that wait together share one write. Whoever comes while nothing is being
 * written, and few were lately about, writes at once; whoever comes meanwhile joins the group
 * that is last in line. The first caller that finds the first in line due writes it and leaves each of its
 * members their answer.
 *
 * In a crowd a group waits a moment for as many as there were lately, as PostgreSQL's `commit_delay`
 * does: half as many writes save more than the moment costs.
 *
 * Requests of one isolate may share data, but neither promises nor timers: one that another request
 * resolves goes on in that one's context once V8 has optimized the code, and a request that waits on
 * nothing of its own is taken for hung. So each request looks again on its own timer, and nothing here
 * is ever awaited by a request that did not make it. The write runs under its request's `waitUntil`, so
 * a client that hangs up does not take the group with it; a write that never ends costs its members their
 * patience. Doing the work twice has to be harmless.
 */
import { atMost } from "../time-limit";

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
  /** From how many at once a group waits for more, and at most how long from its first member on. */
  readonly crowd: number;
  readonly delayMs: number;
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
  /** When the last of its members joined: none waits beyond its patience from then on. */
  joinedMs: number;
  size: number;
}

export type Gather<Item, Result> = (item: Item, caller: Caller) => Promise<Result>;

/** What is left, after each write, of the number of those who were lately about. */
const REMEMBERED = 0.8;
/** How long after a write nothing of it is left, in milliseconds. */
const FORGOTTEN_MS = 1_000;

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Groups that wait to be written, the writing of them, and how many requests are about. */
class Line<Item, Result> {
  readonly #options: GatherOptions<Item, Result>;
  /** The last is the one to join. */
  readonly #groups: Group<Item, Result>[] = [];
  /** The group that is being written, and since when. */
  #busy: { readonly sinceMs: number } | null = null;
  /** How many were lately about at once, and when they were counted. */
  #lately = 0;
  #countedMs = 0;

  constructor(options: GatherOptions<Item, Result>) {
    this.#options = options;
  }

  #aboutAt(now: number): number {
    return now - this.#countedMs > FORGOTTEN_MS ? 0 : this.#lately;
  }

  /** The group that is to be written now, whoever looks; null where there is none. */
  findDue({ nowMs, patienceMs }: Caller): Group<Item, Result> | null {
    const now = nowMs();
    const groups = this.#groups;
    // Nobody waits for these any more; while the store hangs the line would grow by them.
    const isLeft = ({ members, joinedMs }: Group<Item, Result>): boolean =>
      members.size === 0 || now - joinedMs >= patienceMs;
    while (groups[0] !== undefined && isLeft(groups[0])) groups.shift();
    const [group] = groups;
    // Whoever has been writing for so long is waited for by nobody any more.
    const isWriting = this.#busy !== null && now - this.#busy.sinceMs < patienceMs;
    if (group === undefined || isWriting) return null;
    const { maxItems, crowd } = this.#options;
    const isFull = groups.length > 1 || group.members.size >= maxItems;
    const about = this.#aboutAt(now);
    const isWhole = isFull || about < crowd || group.members.size >= about;
    const delayMs = Math.min(this.#options.delayMs, patienceMs / 2);
    return isWhole || now - group.openedMs >= delayMs ? group : null;
  }

  /** Answers every member; returns what is left to be done. */
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
      // Each finds out by itself: one that cannot be written must not fail the others.
      for (const member of members) member.answer = "alone";
      return () => Promise.resolve();
    }
  }

  /** Of the first group in line. Done once every member has its answer; what follows goes on behind it. */
  async lead(group: Group<Item, Result>, caller: Caller): Promise<void> {
    this.#groups.shift();
    const own = { sinceMs: caller.nowMs() };
    this.#busy = own;
    const members = [...group.members.values()];
    const after = await this.#write(members);
    if (this.#busy === own) this.#busy = null;
    const came = this.#groups.reduce((sum, waiting) => sum + waiting.members.size, 0);
    const now = caller.nowMs();
    this.#lately = Math.max(members.length + came, this.#aboutAt(now) * REMEMBERED);
    this.#countedMs = now;
    caller.background(after());
  }

  /** The group to join: the last in line, or a new one behind it where that has no room. */
  join(key: string, size: number, openedMs: number): Group<Item, Result> {
    const last = this.#groups.at(-1);
    const hasRoom =
      last !== undefined &&
      last.members.size < this.#options.maxItems &&
      last.size + size <= this.#options.maxSize &&
      !last.members.has(key);
    if (hasRoom) return last;
    const group = { members: new Map(), openedMs, joinedMs: openedMs, size: 0 };
    this.#groups.push(group);
    return group;
  }
}

/** Waits, leading where it is this member's turn, until it has its answer or patience is over. */
async function awaitAnswer<Item, Result>(
  line: Line<Item, Result>,
  member: Member<Item, Result>,
  caller: Caller,
  { endMs, lookEveryMs }: { readonly endMs: number; readonly lookEveryMs: number },
): Promise<void> {
  while (member.answer === null) {
    const leftMs = endMs - caller.nowMs();
    if (leftMs <= 0) return;
    const next = line.findDue(caller);
    if (next === null) {
      await pause(Math.min(lookEveryMs, leftMs));
      continue;
    }
    const leading = line.lead(next, caller);
    // What keeps it alive ends at some time, even where the store never answers.
    caller.background(atMost(leading, caller.patienceMs * 2));
    await atMost(leading, leftMs);
  }
}

/** One per isolate and store: what it returns is called by every request. */
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
      // What is still in line is not written a second time for whoever does it alone.
      group.members.delete(key);
      group.size -= size;
    }
    return answer === null || answer === "alone" ? await options.alone(item, true) : answer.result;
  };
}

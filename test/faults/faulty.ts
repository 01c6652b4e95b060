/**
 * Bindings that break: the real D1 and the real queues, wrapped so that the n-th call on a path can fail before it is
 * made, fail after it was made (done, but the answer is lost), hang, or be slow.
 */

export const faults = ["fails before", "fails after", "hangs", "is slow"] as const;
export type Fault = (typeof faults)[number];

/** Slower than RECEIPT_TIMEOUT_MS in these tests, faster than every other time-out. */
export const SLOW_MS = 60;

export interface Plan {
  /** The call that breaks, counted from 0 over all wrapped bindings; -1: none. */
  readonly call: number | "every";
  readonly fault: Fault;
  /** The duration of the slow call; SLOW_MS by default. */
  readonly slowMs?: number;
}

/** Counts the calls of one path and breaks one of them. */
export class Breaker {
  /** The names of the calls that were made. */
  readonly calls: string[] = [];
  /** May change between calls, for a binding that recovers or flaps. */
  plan: Plan;
  /** Resolves when a call hangs. */
  readonly hung: Promise<void>;
  readonly #hang: () => void;
  readonly #wrapped = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

  constructor(plan: Plan = { call: -1, fault: "fails before" }) {
    this.plan = plan;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.hung = promise;
    this.#hang = resolve;
  }

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const index = this.calls.push(name) - 1;
    if (this.plan.call !== "every" && index !== this.plan.call) return await work();
    switch (this.plan.fault) {
      case "fails before":
        throw new Error("D1_ERROR: Network connection lost.");
      case "fails after":
        await work();
        throw new Error("D1_ERROR: Network connection lost.");
      case "hangs":
        this.#hang();
        return await new Promise<never>(() => undefined);
      case "is slow":
        await new Promise((resolve) => setTimeout(resolve, this.plan.slowMs ?? SLOW_MS));
        return await work();
    }
  }

  /** A statement's call is counted when it runs; a batch counts as one call. */
  #statement(statement: D1PreparedStatement): D1PreparedStatement {
    const proxy = new Proxy(statement, {
      get: (target, property) => {
        switch (property) {
          case "bind":
            return (...values: unknown[]) => this.#statement(target.bind(...values));
          case "first":
            return (...column: [string?]) =>
              this.run("D1 first", () =>
                column[0] === undefined ? target.first() : target.first(column[0]),
              );
          case "all":
            return () => this.run("D1 all", () => target.all());
          case "run":
            return () => this.run("D1 run", () => target.run());
          default:
            return Reflect.get(target, property) as unknown;
        }
      },
    });
    this.#wrapped.set(proxy, statement);
    return proxy;
  }

  /** D1 accepts only its own statements in a batch. */
  #unwrap(statement: D1PreparedStatement): D1PreparedStatement {
    return this.#wrapped.get(statement) ?? statement;
  }

  database(db: D1Database): D1Database {
    return new Proxy(db, {
      get: (target, property) => {
        switch (property) {
          case "prepare":
            return (sql: string) => this.#statement(target.prepare(sql));
          case "batch":
            return (statements: D1PreparedStatement[]) =>
              this.run("D1 batch", () =>
                target.batch(statements.map((statement) => this.#unwrap(statement))),
              );
          default:
            return Reflect.get(target, property) as unknown;
        }
      },
    });
  }

  /** R2 of which each call goes through the breaker. */
  bucket(bucket: R2Bucket): R2Bucket {
    return new Proxy(bucket, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) =>
          this.run(
            `R2 ${String(property)}`,
            async () => (await value.apply(target, given)) as unknown,
          );
      },
    });
  }

  queue(queue: Queue, name: string): Queue {
    return new Proxy(queue, {
      get: (target, property) => {
        switch (property) {
          case "send":
            return (...sent: Parameters<Queue["send"]>) =>
              this.run(`${name} send`, () => target.send(...sent));
          case "sendBatch":
            return (...sent: Parameters<Queue["sendBatch"]>) =>
              this.run(`${name} sendBatch`, () => target.sendBatch(...sent));
          default:
            return Reflect.get(target, property) as unknown;
        }
      },
    });
  }
}

/**
 * The connections of one run. Cloudflare lets an invocation wait for the headers of six answers at a time, and holds
 * back further requests without notice. A time-out that began earlier would count that wait, and an endpoint that was
 * never called would look silent. So a request waits here first, and its time-out starts after that.
 */
import { CONNECTIONS_KEPT, CONNECTIONS_MAX } from "../../limits";

/** Called when the request has ended. */
type Leave = () => void;

interface Waiting {
  readonly lane: string;
  readonly admit: (leave: Leave) => void;
}

export class ConnectionGate {
  readonly #held = new Map<string, number>();
  #waiting: Waiting[] = [];
  #free = CONNECTIONS_MAX;

  /** Resolves as soon as a request of this lane may be sent. */
  enter(lane: string): Promise<Leave> {
    return new Promise((admit) => {
      this.#waiting.push({ lane, admit });
      this.#admit();
    });
  }

  /**
   * A lane gets a second connection only if some remain for lanes without one: two lanes that hang must not block a
   * third.
   */
  #mayEnter({ lane }: Waiting): boolean {
    return this.#free > ((this.#held.get(lane) ?? 0) === 0 ? 0 : CONNECTIONS_KEPT);
  }

  #admit(): void {
    this.#waiting = this.#waiting.filter((one) => {
      if (!this.#mayEnter(one)) return true;
      this.#count(one.lane, 1);
      one.admit(() => {
        this.#count(one.lane, -1);
        this.#admit();
      });
      return false;
    });
  }

  #count(lane: string, requests: 1 | -1): void {
    this.#free -= requests;
    this.#held.set(lane, (this.#held.get(lane) ?? 0) + requests);
  }
}

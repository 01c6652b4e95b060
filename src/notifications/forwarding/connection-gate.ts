/**
 * The connections of one run. Cloudflare lets an invocation wait for the headers of six answers at a time and holds
 * back further requests without a word: a time-out that began before would count that wait, and take an endpoint for
 * silent that was never asked. So a request enters here first, and its clock starts then.
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

  /** Resolves as soon as a request of this lane may go out. */
  enter(lane: string): Promise<Leave> {
    return new Promise((admit) => {
      this.#waiting.push({ lane, admit });
      this.#admit();
    });
  }

  /** A lane takes a second place only where some are left for lanes that have none: two that hang stop no third. */
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

/** Who is called upon once something is stored: the dispatch of messages, and a person by an alert. */
import { errorText, log } from "../../log";
import { type Alert, insertAlerts } from "./alerts";
import { sendWakeUpCalls } from "../inbox/queue";

export interface Calls {
  /**
   * Wakes the dispatch of these messages. Never throws: the sweep finds what is due without any call, so
   * one that is lost costs a minute at most.
   */
  readonly wake: (ids: readonly string[]) => Promise<void>;
  /** Calls a person: once a kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/** `queue`: ce-notifications. */
export function callsThrough(db: D1Database, queue: Queue, now: () => Date): Calls {
  const wake = async (ids: readonly string[]): Promise<void> => {
    try {
      await sendWakeUpCalls(queue, ids);
    } catch (error) {
      log.warn("wake_failed", { notifications: ids.length, error: errorText(error) });
    }
  };
  const raiseAlert = async (alert: Alert): Promise<void> => {
    const raised = await insertAlerts(db, [alert], now().toISOString());
    if (raised.length > 0) await wake(raised);
  };
  return { wake, raiseAlert };
}

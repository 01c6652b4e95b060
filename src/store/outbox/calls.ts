/** Wakes the dispatch of messages, and raises alerts, after something is stored. */
import { errorText, log } from "../../log";
import { type Alert, insertAlerts } from "./alerts";
import { sendWakeUpCalls } from "../inbox/queue";

export interface Calls {
  /**
   * Wakes the dispatch of these messages. Never throws: the sweep finds due messages without a call, so a lost call
   * costs a minute at most.
   */
  readonly wake: (ids: readonly string[]) => Promise<void>;
  /** Raises an alert, at most one for each kind and hour. */
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

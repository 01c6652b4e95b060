/**
 * The Worker of closed orders, the second one: it moves finished orders from D1 to R2, writes the lake each night,
 * and brings orders back when the receiver asks. It is a Worker of its own, since reading and writing Parquet is
 * more code than all of a receipt, and no receipt needs it.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ClosedOrdersService, ErasedFile, PutBackAnswer } from "../closed-orders-service";
import { errorText, log } from "../log";
import { closeFinished } from "./closing";
import { type ClosedOrdersBindings, closedOrdersDeps } from "./deps";
import { eraseNextFile } from "./erasing";
import { continueNight } from "./night";
import { putBack, putBackFound } from "./putting-back";

/** One part of a run of the cron: if it fails, the next ones run all the same, and a later run tries again. */
async function attempt(part: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error("closed_orders_run", { part, error: errorText(error) });
  }
}

export default class ClosedOrders
  extends WorkerEntrypoint<ClosedOrdersBindings>
  implements ClosedOrdersService
{
  override async scheduled(): Promise<void> {
    const deps = closedOrdersDeps(this.env);
    await attempt("archive closed orders", () => closeFinished(deps));
    await attempt("write the lake", () => continueNight(deps));
  }

  putBack(keys: readonly string[]): Promise<PutBackAnswer> {
    return putBack(closedOrdersDeps(this.env), keys);
  }

  putBackFound(id: string, contacts: readonly string[]): Promise<PutBackAnswer> {
    return putBackFound(closedOrdersDeps(this.env), id, contacts);
  }

  eraseNextFile(after: number): Promise<ErasedFile> {
    return eraseNextFile(closedOrdersDeps(this.env), after);
  }
}

/**
 * What version 0.2 has written: the conditions of the partial indexes by which the cron finds it
 * (upkeep/reread.ts). If only the current code writes, the indexes are empty.
 */
import { registersOf02 } from "../../projection/precedence-0-2";
import { byEntity, type Entity } from "../../projection/registers";

/** Events that 0.2 stored or applied and that were not read again since. */
export const isToReread = "form IS NULL OR status_precedence >= '0'";

function anyIsOld(entity: Entity): string {
  return registersOf02(entity)
    .map((register) => `${register}_precedence >= '0'`)
    .join(" OR ");
}

/** Rows in which 0.2 has set a register. */
export const isToRenew = byEntity(anyIsOld);

/** The bucket of the tests, and the service of closed orders on it. */
import { env } from "cloudflare:workers";
import { eraseNextFile } from "../../src/closed-orders/erasing";
import { putBack, putBackFound } from "../../src/closed-orders/putting-back";
import type { ClosedOrdersService } from "../../src/closed-orders-service";

/** The archive that the tests bind; the Worker itself finds it by name. */
export function bucket(): R2Bucket {
  const bound: unknown = Reflect.get(env, "ARCHIVE");
  if (typeof bound !== "object" || bound === null) throw new Error("no ARCHIVE is bound");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- vitest.config.ts binds it
  return bound as R2Bucket;
}

interface Bindings {
  readonly DB: D1Database;
  readonly ARCHIVE: R2Bucket;
}

/** The service as the receiver gets it by its binding, without the hop between the two Workers. */
export function closedOrders(
  { DB: db, ARCHIVE: archive }: Bindings = { DB: env.DB, ARCHIVE: bucket() },
  now: () => Date = () => new Date(),
): ClosedOrdersService {
  const deps = { db, archive, now };
  return {
    putBack: (keys) => putBack(deps, keys),
    putBackFound: (number, contacts) => putBackFound(deps, number, contacts),
    eraseNextFile: (after) => eraseNextFile(deps, after),
  };
}

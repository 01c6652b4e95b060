/**
 * Runs days of a shop, one after the other, over HTTP; each answer contains the size of the database after the day, and
 * what the team is told about it.
 */
import { type Config, loadConfig } from "../../src/config";
import { findArchive } from "../../src/upkeep/archive";
import { watchSize } from "../../src/upkeep/watch/size";
import { closeDay, type Day, liveDay, writeLake } from "./shop-day";

interface YearsDay extends Day {
  readonly closes: boolean;
  readonly writesLake: boolean;
  /** Bytes of the database that would be the same in the whole shop. */
  readonly notScaled: number;
}

interface YearsEnv extends Env {
  /** How many times the shop is larger than what the Worker gets of it. */
  readonly SCALE: string;
}

/** The limit of the database is a fraction too, so that the guard of its size does its work. */
function fractionOf(env: YearsEnv, notScaled: number): Config {
  const config = loadConfig(env);
  const { retention } = config;
  const maxBytes = (retention.maxBytes - notScaled) / Number(env.SCALE) + notScaled;
  return { ...config, retention: { ...retention, maxBytes } };
}

export default {
  async fetch(request: Request, env: YearsEnv): Promise<Response> {
    try {
      const { closes, writesLake, notScaled, ...day } = await request.json<YearsDay>();
      const shop = { db: env.DB, archive: findArchive(env), config: fractionOf(env, notScaled) };
      const purged = await liveDay(shop, day);
      const closed = closes ? await closeDay(shop, day.endsAt) : 0;
      if (writesLake) await writeLake(shop, day.endsAt);
      const alerts: string[] = [];
      await watchSize({
        db: shop.db,
        now: () => new Date(day.endsAt),
        maxBytes: shop.config.retention.maxBytes,
        raiseAlert: ({ text }) => {
          alerts.push(text);
          return Promise.resolve();
        },
      });
      const { meta } = await env.DB.prepare("SELECT 1").run();
      return Response.json({ ...purged, closed, alerts, bytes: meta.size_after });
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? "") : String(error), {
        status: 500,
      });
    }
  },
};

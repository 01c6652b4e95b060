/** Runs days of a shop, one after the other, over HTTP; each answer contains the size of the database after the day. */
import { type Config, loadConfig } from "../../src/config";
import { findArchive } from "../../src/upkeep/archive";
import { closeDay, type Day, liveDay, writeLake } from "./shop-day";

interface YearsDay extends Day {
  readonly closes: boolean;
  readonly writesLake: boolean;
}

interface YearsEnv extends Env {
  /** How many times the shop is larger than what the Worker gets of it. */
  readonly SCALE: string;
}

/** The limit of the database is a fraction too, so that the guard of its size does its work. */
function fractionOf(env: YearsEnv): Config {
  const config = loadConfig(env);
  const { retention } = config;
  const maxBytes = retention.maxBytes / Number(env.SCALE);
  return { ...config, retention: { ...retention, maxBytes } };
}

export default {
  async fetch(request: Request, env: YearsEnv): Promise<Response> {
    try {
      const { closes, writesLake, ...day } = await request.json<YearsDay>();
      const shop = { db: env.DB, archive: findArchive(env), config: fractionOf(env) };
      const purged = await liveDay(shop, day);
      const closed = closes ? await closeDay(shop, day.endsAt) : 0;
      if (writesLake) await writeLake(shop, day.endsAt);
      const { meta } = await env.DB.prepare("SELECT 1").run();
      return Response.json({ ...purged, closed, bytes: meta.size_after });
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? "") : String(error), {
        status: 500,
      });
    }
  },
};

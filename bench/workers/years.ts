/** Runs days of a shop, one after the other, over HTTP; each answer contains the size of the database after the day. */
import { loadConfig } from "../../src/config";
import { findArchive } from "../../src/upkeep/archive";
import { type Day, liveDay } from "./shop-day";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      const day = await request.json<Day>();
      const shop = { db: env.DB, archive: findArchive(env), config: loadConfig(env) };
      const purged = await liveDay(shop, day);
      const { meta } = await env.DB.prepare("SELECT 1").run();
      return Response.json({ ...purged, bytes: meta.size_after });
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? "") : String(error), {
        status: 500,
      });
    }
  },
};

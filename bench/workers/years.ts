/** Runs days of a shop, one after the other, over HTTP; each answer contains the size of the database after the day. */
import { loadConfig } from "../../src/config";
import { findArchive } from "../../src/upkeep/archive";
import { closeDay, type Day, liveDay } from "./shop-day";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      const { closes, ...day } = await request.json<Day & { readonly closes: boolean }>();
      const shop = { db: env.DB, archive: findArchive(env), config: loadConfig(env) };
      const purged = await liveDay(shop, day);
      const closed = closes ? await closeDay(shop, day.endsAt) : 0;
      const { meta } = await env.DB.prepare("SELECT 1").run();
      return Response.json({ ...purged, closed, bytes: meta.size_after });
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? "") : String(error), {
        status: 500,
      });
    }
  },
};

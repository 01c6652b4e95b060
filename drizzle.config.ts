import { defineConfig } from "drizzle-kit";

/** `npm run db:generate` writes the next migration from the schema; STRICT is added by hand. */
export default defineConfig({
  dialect: "sqlite",
  driver: "d1-http",
  schema: "./src/store/schema.ts",
  out: "./migrations",
});

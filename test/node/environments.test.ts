/** wrangler.toml: staging equals production with other names, and shares no resource with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "smol-toml";
import * as z from "zod";
import { EVENT_MAX_RETRIES } from "../../src/limits.ts";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("wrangler.toml", root), "utf8");
const table = z.record(z.string(), z.unknown());
const toml = table.parse(parse(text));
const staging = z.object({ staging: table }).parse(toml["env"]).staging;

/** The keys that an environment does not inherit (Cloudflare's page on environments). */
const ownOnly = [
  "d1_databases",
  "queues",
  "vars",
  "r2_buckets",
  "analytics_engine_datasets",
  "ratelimits",
];

const idPattern = /"(database_id|namespace_id)":"[^"]*"/g;
const unsuffixed = (value: unknown): string =>
  JSON.stringify(value ?? null)
    .replaceAll(/-staging"/g, '"')
    .replaceAll(idPattern, '"$1":""');

await test("staging binds what production binds, with the same limits", () => {
  // Only its name differs: because of the name, it sends nothing to customers.
  const { ENVIRONMENT: name, ...vars } = table.parse(staging["vars"]);
  assert.equal(name, "staging");
  const bound = { ...staging, vars: Object.keys(vars).length === 0 ? undefined : vars };
  for (const key of ownOnly) {
    assert.equal(unsuffixed(table.parse(bound)[key]), unsuffixed(toml[key]), key);
  }
  const others = Object.keys(staging).filter((key) => !ownOnly.includes(key));
  assert.deepEqual(others, [], "what else differs in staging hides a difference to production");
});

await test("no database, queue or rate limit belongs to both", () => {
  const names = (value: unknown): string[] =>
    [
      ...JSON.stringify(value).matchAll(/"(?:database_name|queue|dead_letter_queue)":"([^"]+)"/g),
    ].flatMap(([, name]) => name ?? []);
  const ours = new Set(names([toml["d1_databases"], toml["queues"]]));
  const theirs = names([staging["d1_databases"], staging["queues"]]);
  assert.ok(ours.size >= 5 && theirs.length >= 5);
  assert.deepEqual(
    theirs.filter((name) => ours.has(name)),
    [],
  );
  const namespaces = JSON.stringify(toml).match(/"namespace_id":"[^"]+"/g) ?? [];
  assert.equal(new Set(namespaces).size, 2);
  // The Worker distinguishes its queues by the beginning of their names, and by -dlq.
  for (const name of theirs) assert.ok(ours.has(name.replace(/-staging$/, "")), name);
});

await test("the Worker knows after how many retries an event goes to the dead-letter queue", () => {
  for (const { queues } of [toml, staging]) {
    const { consumers } = z.object({ consumers: z.array(table) }).parse(queues);
    const events = consumers.find(({ queue }) => /^ce-events(-staging)?$/.test(String(queue)));
    assert.equal(events?.["max_retries"], EVENT_MAX_RETRIES);
  }
});

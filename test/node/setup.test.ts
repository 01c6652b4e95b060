/**
 * The set-up, from a fresh clone, against a stand-in wrangler executable. The deployment is the real Worker: it
 * verifies, stores, consumes and removes the test event.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { type CloudState, freshCloud } from "./stand-in/account.ts";
import { loadGrammar } from "./stand-in/grammar.ts";
import { type Call, Clone, standInScript } from "./stand-in/clone.ts";

const SECRET = "shop-secret-c0ffee";
const TOKEN = "admin-token-c0ffee";
const script = fileURLToPath(new URL("../../tools/setup.ts", import.meta.url));

let receiver: Receiver;
let origin = "";

const edge = createServer((request, response) => {
  void (async () => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    if (request.url === "/sql") {
      return response.end(JSON.stringify(await receiver.query(body)));
    }
    const header = request.headers["x-webhook-signature"];
    const status = await receiver.post(
      request.url ?? "",
      body,
      typeof header === "string" ? header : null,
    );
    return response.writeHead(status).end();
  })();
});

before(async () => {
  receiver = await startReceiver({ settings: { CE_WEBHOOK_SECRET: SECRET } });
  await new Promise<void>((resolve) => {
    edge.listen(0, "127.0.0.1", resolve);
  });
  const address = edge.address();
  assert.ok(typeof address === "object" && address !== null);
  origin = `http://127.0.0.1:${address.port}`;
});

after(async () => {
  // The test events went through the real Worker and left no rows.
  assert.deepEqual(await receiver.query("SELECT id FROM webhook_events"), []);
  edge.close();
  await receiver.close();
});

const given = { CE_WEBHOOK_SECRET: SECRET, ADMIN_TOKEN: TOKEN };

function clone(state: Partial<CloudState> = {}): Clone {
  const query = async (sql: string): Promise<string> => JSON.stringify(await receiver.query(sql));
  return new Clone({ targets: [origin], ...state }, query);
}

/** Runs the whole command, with the stand-in as an executable. */
async function runSetup(
  { folder }: Clone,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const child = spawn(process.execPath, [script, "--yes"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      NO_COLOR: "1",
      NODE_COMPILE_CACHE: join(tmpdir(), "ce-setup-compiled"),
      SETUP_WRANGLER: standInScript,
      STAND_IN: folder,
      ...env,
    },
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, printed };
}

/** The commands that change something, in order, without reads and the test event. */
function changes(calls: readonly Call[]): readonly string[] {
  const reads = /^(whoami|d1 (list|execute)|queues info|secret list)/;
  return calls.map(({ args }) => args.join(" ")).filter((command) => !reads.test(command));
}

const DAYS_14 = "--message-retention-period-secs 1209600";
const wholeRun = [
  "d1 create ce-webhooks",
  `queues create ce-events-dlq ${DAYS_14}`,
  `queues create ce-notifications-dlq ${DAYS_14}`,
  `queues create ce-events ${DAYS_14}`,
  `queues create ce-notifications ${DAYS_14}`,
  "d1 migrations apply DB --remote --env=",
  "secret put CE_WEBHOOK_SECRET --env=",
  "secret put ADMIN_TOKEN --env=",
  "deploy --env=",
];

await describe("npm run setup", () => {
  void test("a first run makes everything, and proves it; a second changes nothing but the code", async () => {
    const fresh = clone();
    const before = fresh.toml;
    const first = await runSetup(fresh, given);
    const calls = fresh.takeCalls();
    assert.equal(first.code, 0, first.printed);
    assert.deepEqual(changes(calls), wholeRun);
    const id = fresh.cloud.databases[0]?.uuid ?? "";
    assert.equal(fresh.toml, before.replace("00000000-0000-0000-0000-000000000000", id));
    assert.match(first.printed, /taken, and settled as ignored/);
    assert.match(first.printed, new RegExp(`webhook URL: ${origin}/api/webhooks/ce`));

    // Every step is shown as its command.
    for (const command of wholeRun) {
      const shown = `npx wrangler ${command.replace("--env=", '--env=""')}`;
      assert.ok(first.printed.includes(shown), command);
    }
    // A secret is sent only through stdin.
    const put = calls.filter(({ args }) => args[0] === "secret" && args[1] === "put");
    assert.deepEqual(
      put.map(({ stdin }) => stdin),
      [SECRET, TOKEN],
    );
    for (const secret of [SECRET, TOKEN]) {
      assert.ok(!first.printed.includes(secret));
      assert.ok(calls.every(({ args }) => !args.join(" ").includes(secret)));
    }
    // And wrangler knows each command.
    const wranglerProblem = await loadGrammar();
    for (const { args } of calls) assert.equal(wranglerProblem(args), null);
    for (const name of Object.keys(given))
      assert.ok(calls.every(({ env }) => !env?.includes(name)));
    assert.ok(calls.slice(1).every(({ account }) => account === "acc-1"));

    fresh.change({ migrated: true });
    const again = await fresh.setUp(["--yes"], {});
    assert.equal(again.code, 0, again.printed);
    assert.deepEqual(changes(again.calls), [
      "d1 migrations apply DB --remote --env=",
      "deploy --env=",
    ]);
    assert.match(again.printed, /a secret cannot be read back/);
    fresh.close();
  });

  void test("a secret that the Worker would ignore is refused before anything is done", async () => {
    const fresh = clone();
    for (const [secrets, why] of [
      [{ ...given, ADMIN_TOKEN: "schlüssel" }, /ADMIN_TOKEN is not usable: expected ASCII/],
      [
        { CE_WEBHOOK_SECRET: "two\nlines" },
        /CE_WEBHOOK_SECRET is not usable: expected text in one/,
      ],
      [{ ...given, FORWARD_SECRET: "short" }, /FORWARD_SECRET is not usable: expected base64/],
    ] as const) {
      const { code, printed, calls } = await fresh.setUp(["--yes"], secrets);
      assert.equal(code, 1);
      assert.match(printed, why);
      assert.doesNotMatch(printed, /schlüssel|lines|short/);
      assert.deepEqual(changes(calls), []);
    }
    fresh.close();
  });

  void test("wrangler.toml with the line ends of Windows keeps them", async () => {
    const fresh = clone();
    const file = join(fresh.folder, "wrangler.toml");
    const before = fresh.toml.replaceAll("\n", "\r\n");
    writeFileSync(file, before);
    const { code, printed } = await fresh.setUp(["--yes"], given);
    assert.equal(code, 0, printed);
    const id = fresh.cloud.databases[0]?.uuid ?? "";
    assert.equal(fresh.toml, before.replace("00000000-0000-0000-0000-000000000000", id));
    fresh.close();
  });

  void test("a person is asked, may log in nowhere else, and may say no", async () => {
    const fresh = clone({ accounts: [...freshCloud.accounts, { id: "acc-2", name: "Other" }] });
    const answers = {
      "Which account": "acc-2",
      "Which messages": ["E-mail", "Team"],
      RESEND_API_KEY: "enter",
      "secret RESEND_API_KEY": "re_1",
      CE_WEBHOOK_SECRET: "enter",
      "secret CE_WEBHOOK_SECRET": SECRET,
      ADMIN_TOKEN: "make",
      LINK_SECRET: "make",
      SLACK_WEBHOOK_URL: "enter",
      "secret SLACK_WEBHOOK_URL": "https://hooks.slack.example/x",
      "Go on": false,
    };
    const no = await fresh.setUp([], {}, answers);
    assert.equal(no.code, 1);
    assert.match(no.printed, /Stopped. Nothing was changed/);
    assert.deepEqual(changes(no.calls), []);
    const yes = await fresh.setUp([], {}, { ...answers, "Go on": true });
    assert.equal(yes.code, 0, yes.printed);
    assert.deepEqual(fresh.cloud.workers["ce-webhooks"], [
      "CE_WEBHOOK_SECRET",
      "ADMIN_TOKEN",
      "RESEND_API_KEY",
      "SLACK_WEBHOOK_URL",
      "LINK_SECRET",
    ]);
    assert.match(yes.printed, /below \[vars\] in wrangler.toml\nEMAIL_FROM = "Your shop/);
    assert.ok(!yes.printed.includes(SECRET) && !yes.printed.includes("hooks.slack"));
    assert.ok(yes.calls.slice(1).every(({ account }) => account === "acc-2"));
    fresh.close();
  });

  void test("goes on where an earlier run stopped, whichever command failed", async () => {
    const half = clone();
    const before = half.toml;
    for (const [index, when] of wholeRun.entries()) {
      half.change({ fails: [{ when, says: "Network connection lost. [code: 7500]" }] });
      const broken = await half.setUp(["--yes"], given);
      assert.equal(broken.code, 1, when);
      assert.ok(broken.printed.includes("Network connection lost"), broken.printed);
      assert.equal(changes(broken.calls).at(-1), when, "stops at the first failure");
      if (index === 0) assert.equal(half.toml, before);
      // The existing resources are kept, and not made twice.
      assert.ok(half.cloud.databases.length <= 1);
    }
    half.change({ fails: [] });
    const last = await half.setUp(["--yes"], given);
    assert.equal(last.code, 0, last.printed);
    assert.equal(half.cloud.queues.length, 4);
    half.close();
  });

  void test("what cannot even be read stops it before anything is changed", async () => {
    for (const when of ["whoami", "d1 list", "queues info", "secret list"]) {
      const fresh = clone({ fails: [{ when, says: "Authentication error [code: 10000]" }] });
      const ended = await fresh.setUp(["--yes"], given);
      assert.equal(ended.code, 1);
      assert.match(ended.printed, /An API token needs Workers Scripts, D1 and Queues/);
      assert.deepEqual(changes(ended.calls), []);
      fresh.close();
    }
  });

  void test("nobody logged in, several accounts, no secret: each says what to do", async () => {
    const out = clone({ loggedIn: false });
    const notIn = await out.setUp(["--yes"], given);
    assert.equal(notIn.code, 1);
    assert.match(notIn.printed, /npx wrangler login/);
    out.close();

    const accounts = [
      { id: "acc-1", name: "One" },
      { id: "acc-2", name: "Two" },
    ];
    const several = clone({ accounts });
    const undecided = await several.setUp(["--yes"], given);
    assert.equal(undecided.code, 1);
    assert.match(undecided.printed, /acc-2 {2}Two/);
    const env = { CE_WEBHOOK_SECRET: SECRET, CLOUDFLARE_ACCOUNT_ID: "acc-2" };
    const decided = await several.setUp(["--yes"], env);
    assert.equal(decided.code, 0, decided.printed);
    assert.ok(decided.calls.slice(1).every(({ account }) => account === "acc-2"));
    several.close();

    const bare = clone();
    const none = await bare.setUp(["--yes"], {});
    assert.equal(none.code, 1);
    assert.match(none.printed, /CE_WEBHOOK_SECRET is neither set nor given/);
    assert.deepEqual(changes(none.calls), []);
    bare.close();
  });

  void test("on the free plan queues keep messages for a day; a queue made meanwhile is taken", async () => {
    const free = clone({ plan: "free" });
    const ended = await free.setUp(["--yes"], given);
    assert.equal(ended.code, 0, ended.printed);
    assert.match(ended.printed, /keeps messages for 24 hours only/);
    assert.deepEqual(
      free.cloud.queues.map(({ seconds }) => seconds),
      [86_400, 86_400, 86_400, 86_400],
    );
    free.close();

    const says = "Queue name 'ce-events' is already taken. [code: 11009]";
    const taken = clone({ fails: [{ when: `queues create ce-events ${DAYS_14}`, says }] });
    const found = await taken.setUp(["--yes"], given);
    assert.equal(found.code, 0, found.printed);
    assert.match(found.printed, /queue ce-events: there already/);
    taken.close();
  });

  void test("does not deploy over a Worker of the same name that is not its own", async () => {
    const other = clone({ workers: { "ce-webhooks": ["THEIR_KEY"] } });
    const refused = await other.setUp(["--yes"], given);
    assert.equal(refused.code, 1);
    assert.match(refused.printed, /Deploying would replace it/);
    assert.deepEqual(changes(refused.calls), []);
    const replaced = await other.setUp(["--yes", "--replace"], given);
    assert.equal(replaced.code, 0, replaced.printed);
    other.close();
  });

  void test("--dry-run says what it would do, and does nothing, logged in or not", async () => {
    for (const loggedIn of [true, false]) {
      const fresh = clone({ loggedIn });
      const before = fresh.toml;
      const ended = await fresh.setUp(["--dry-run"], {});
      assert.equal(ended.code, 0, ended.printed);
      assert.deepEqual(changes(ended.calls), []);
      assert.match(ended.printed, /npx wrangler d1 create ce-webhooks\n/);
      assert.match(ended.printed, /npx wrangler secret put CE_WEBHOOK_SECRET --env=""/);
      assert.match(ended.printed, /Nothing was changed/);
      assert.equal(fresh.toml, before);
      fresh.close();
    }
  });

  void test("--dry-run names every step that the run then takes", async () => {
    for (const [flags, env] of [
      [["--yes", "--generate"], { CE_WEBHOOK_SECRET: SECRET }],
      [["--yes"], given],
    ] as const) {
      const fresh = clone();
      const dry = await fresh.setUp([...flags, "--dry-run"], env);
      const ended = await fresh.setUp([...flags], env);
      assert.equal(ended.code, 0, ended.printed);
      const taken = changes(ended.calls);
      assert.ok(taken.length > 8);
      for (const command of taken) {
        // As a person would type it: an empty value is quoted.
        const typed = `npx wrangler ${command.replace(/--env=$/, '--env=""')}`;
        assert.ok(dry.printed.includes(typed), `${typed}\n${dry.printed}`);
      }
      const isMade = flags.length > 1;
      assert.equal(dry.printed.includes("ADMIN_TOKEN, LINK_SECRET made and kept"), isMade);
      assert.match(dry.printed, /a signed test event/);
      fresh.close();
    }
  });

  void test("staging has a database, queues, secrets and a Worker of its own", async () => {
    const fresh = clone();
    const ended = await fresh.setUp(["--yes", "--env", "staging"], given);
    assert.equal(ended.code, 0, ended.printed);
    const { databases, queues, workers } = fresh.cloud;
    assert.deepEqual(
      databases.map(({ name }) => name),
      ["ce-webhooks-staging"],
    );
    assert.ok(queues.length === 4 && queues.every(({ name }) => name.endsWith("-staging")));
    assert.deepEqual(Object.keys(workers), ["ce-webhooks-staging"]);
    // The id of production is not set yet.
    const ids = [...fresh.toml.matchAll(/database_id = "([^"]*)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, ["00000000-0000-0000-0000-000000000000", databases[0]?.uuid]);
    fresh.close();
  });

  void test("--generate makes the secrets that are missing, once, for their owner alone", async () => {
    const fresh = clone();
    // The deployed Worker has another secret: the test event is refused, and the set-up reports it.
    fresh.change({ targets: [] });
    const ended = await fresh.setUp(["--yes", "--generate"], {});
    assert.equal(ended.code, 0, ended.printed);
    const path = join(fresh.folder, ".setup/production.env");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const kept = readFileSync(path, "utf8");
    const put = ended.calls.filter(({ args }) => args[1] === "put");
    assert.equal(put.length, 3);
    for (const { args, stdin } of put) {
      assert.match(stdin, /^[0-9a-f]{64}$/);
      assert.ok(kept.includes(`${args[2] ?? ""}="${stdin}"`));
      assert.ok(!ended.printed.includes(stdin));
    }
    const again = await fresh.setUp(["--yes", "--generate"], {});
    assert.equal(again.code, 0, again.printed);
    assert.ok(again.calls.every(({ args }) => args[1] !== "put"));
    assert.equal(readFileSync(path, "utf8"), kept);
    fresh.close();
  });

  void test("a database of another account is not written over", async () => {
    const fresh = clone({ databases: [{ name: "ce-webhooks", uuid: "theirs" }] });
    const found = await fresh.setUp(["--yes"], given);
    assert.equal(found.code, 0, found.printed);
    assert.match(fresh.toml, /database_id = "theirs"/);
    fresh.change({ databases: [] });
    const gone = await fresh.setUp(["--yes"], given);
    assert.equal(gone.code, 1);
    assert.match(gone.printed, /names a database that is not in this account/);
    assert.match(fresh.toml, /database_id = "theirs"/);
    fresh.close();
  });

  void test("flags that cannot be used exit with 2; --help names them all", async () => {
    const fresh = clone();
    for (const flags of [["--env", "prod"], ["--url", "shop"], ["--force"]]) {
      const ended = await fresh.setUp(flags, given);
      assert.equal(ended.code, 2);
      assert.deepEqual(ended.calls, []);
    }
    const { code, printed } = await fresh.setUp(["--help"], given);
    assert.equal(code, 0);
    for (const flag of ["env", "dry-run", "yes", "generate", "replace", "url"]) {
      assert.ok(printed.includes(`--${flag}`));
    }
    fresh.close();
  });
});

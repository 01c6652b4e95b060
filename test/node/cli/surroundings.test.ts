/**
 * The command line in other environments: behind a forward proxy, with secrets that are not ASCII, without a terminal,
 * in a narrow one, in one that shows only ASCII, and with a reader that is slow or stops.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as z from "zod/mini";
import { proxyOf } from "../../../cli/api/proxy.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { createOutput } from "../../../testbed/terminal/output.ts";
import { type Column, printTable } from "../../../testbed/terminal/table.ts";
import { isPlain } from "../../../testbed/terminal/text.ts";
import { launcher, openShop, writeScratch } from "./run.ts";
import { startForwardProxy, startTlsEdge } from "./tls-edge.ts";

const SECRET = "schlüssel 🔑 of two words";
const TOKEN = "correct horse  battery!~";

const shop = await openShop({ CE_WEBHOOK_SECRET: `${SECRET}\n`, ADMIN_TOKEN: ` ${TOKEN}\r\n` });
const edge = await startTlsEdge(shop.receiver.url);

/** A host that exists only behind a proxy. */
const FAR = "https://shop.test";
const away = (env: Readonly<Record<string, string>>) => ({
  env: {
    CE_WEBHOOKS_URL: FAR,
    CE_WEBHOOK_SECRET: SECRET,
    ADMIN_TOKEN: TOKEN,
    // The certificate of the edge is self-signed.
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_NO_WARNINGS: "1",
    ...env,
  },
});
const ESCAPE = String.fromCodePoint(27);
const oneLine = /^✗ [^\n]+\n$/;

await describe("behind a proxy", () => {
  void test("what goes to another machine goes through it, whichever variable names it", async () => {
    for (const [name, scheme] of [
      ["HTTPS_PROXY", "http://us%C3%A9r:secret@"],
      ["https_proxy", "http://"],
      ["HTTP_PROXY", ""],
    ] as const) {
      const proxy = await startForwardProxy(edge.port);
      const options = away({ [name]: `${scheme}${proxy.host}` });
      const sent = await shop.runProcess("trigger order.created --order FAR-1 --yes", options);
      assert.equal(sent.code, 0, sent.stderr);
      const list = await shop.runProcess("events --order FAR-1", options);
      assert.equal(list.code, 0, list.stderr);
      assert.match(list.stdout, /order\.created/);
      assert.deepEqual(new Set(proxy.asked), new Set(["CONNECT shop.test:443"]), name);
      const basic = Buffer.from("usér:secret").toString("base64");
      assert.equal(proxy.credentials(), scheme.includes("@") ? `Basic ${basic}` : undefined);
      proxy.close();
    }
  });

  void test("a receiver on this machine is asked directly, whatever the variables say", async () => {
    const proxy = await startForwardProxy({ refusal: 403 });
    const { url } = shop.receiver;
    const hosts = [url, url.replace("127.0.0.1", "localhost")];
    for (const [how, env] of [
      // Node reads its own variable only as it starts.
      ["runProcess", { HTTP_PROXY: `http://${proxy.host}`, NODE_USE_ENV_PROXY: "1" }],
      ["run", { http_proxy: proxy.host, NO_PROXY: "shop.example" }],
      ["run", { HTTPS_PROXY: "socks5://nothing.example" }],
    ] as const) {
      for (const host of hosts) {
        const { code, stderr } = await shop[how]("events", {
          env: { ...env, CE_WEBHOOKS_URL: host },
        });
        assert.equal(code, 0, stderr);
      }
    }
    assert.deepEqual(proxy.asked, []);
    proxy.close();
  });

  void test("a proxy that refuses, or is not there, is one line that names it, and no password", async () => {
    const [forbids, asks] = [
      await startForwardProxy({ refusal: 403 }),
      await startForwardProxy({ refusal: 407 }),
    ];
    for (const [value, code, said] of [
      [
        `http://u:hidden@${forbids.host}`,
        3,
        `the proxy answered 403; .*HTTPS_PROXY (${forbids.host})`,
      ],
      [`http://u:hidden@${asks.host}`, 3, "the proxy answered 407: it wants http://<user>"],
      ["http://u:hidden@127.0.0.1:1", 3, "the connection was refused; .*HTTPS_PROXY (127.0.0.1:1)"],
      ["http://u:hidden@nothing.invalid", 3, "HTTPS_PROXY (nothing.invalid)"],
      ["socks5://u:hidden@127.0.0.1:1", 2, "HTTPS_PROXY is no http or https URL of a proxy"],
      ["http://u:hidden@:::", 2, "HTTPS_PROXY is no http or https URL of a proxy"],
    ] as const) {
      for (const command of ["events", "trigger order.created --yes"]) {
        const ended = await shop.run(command, away({ HTTPS_PROXY: value }));
        assert.equal(ended.code, code, ended.stderr);
        assert.equal(ended.stdout, "");
        assert.match(ended.stderr, oneLine);
        assert.match(ended.stderr, new RegExp(said.replaceAll(/[()]/g, String.raw`\$&`)));
        assert.doesNotMatch(ended.stderr, /hidden/);
      }
    }
    for (const proxy of [forbids, asks]) proxy.close();
  });

  void test("a certificate that a proxy has put in place of the receiver's is named as that", async () => {
    const proxy = await startForwardProxy(edge.port);
    const options = away({ HTTPS_PROXY: proxy.host, NODE_TLS_REJECT_UNAUTHORIZED: "1" });
    const { code, stderr } = await shop.runProcess("events", options);
    assert.equal(code, 3);
    assert.match(stderr, oneLine);
    assert.match(stderr, /certificate/);
    proxy.close();
  });

  void test("NO_PROXY is heeded", () => {
    const HTTPS_PROXY = "http://proxy.example:3128";
    assert.equal(proxyOf({ HTTPS_PROXY, NO_PROXY: "*" }), null);
    assert.equal(proxyOf({ HTTPS_PROXY: " " }), null);
    const proxy = proxyOf({ HTTPS_PROXY, no_proxy: "a.example,.b.example", NO_PROXY: "c.example" });
    assert.equal(proxy?.direct, "localhost,127.0.0.1,[::1],a.example,.b.example");
    assert.equal(proxy.host, "proxy.example:3128");
  });
});

await describe("secrets", () => {
  void test("a file as Windows writes it, with quotes, opens a receiver", async () => {
    const file = writeScratch(
      "windows.vars",
      `\uFEFFCE_WEBHOOK_SECRET="${SECRET}"\r\n# the token\r\nADMIN_TOKEN='${TOKEN}'\r\n` +
        `CE_WEBHOOKS_URL=${shop.receiver.url}\r\n`,
    );
    const env = { CE_WEBHOOKS_URL: "", CE_WEBHOOK_SECRET: "", ADMIN_TOKEN: "" };
    for (const command of ["trigger order.created --order WIN-1", "events --order WIN-1"]) {
      const { code, stderr } = await shop.run([...command.split(" "), "--dev-vars", file], { env });
      assert.equal(code, 0, stderr);
    }
  });

  void test("white space around one is not part of it, here as in the receiver", async () => {
    const env = { CE_WEBHOOK_SECRET: ` ${SECRET}\r\n`, ADMIN_TOKEN: `${TOKEN}\n` };
    const { code, stderr } = await shop.run("trigger order.created --order PAD-1", { env });
    assert.equal(code, 0, stderr);
    assert.equal((await shop.run("events", { env })).code, 0);
  });

  void test("what no receiver takes is refused where it is set, in one line that does not show it", async () => {
    for (const [env, said] of [
      [{ ADMIN_TOKEN: "schlüssel" }, /ADMIN_TOKEN in the environment has characters beyond ASCII/],
      [{ ADMIN_TOKEN: "🔑" }, /ADMIN_TOKEN in the environment has characters beyond ASCII/],
      [{ ADMIN_TOKEN: "two\nlines" }, /ADMIN_TOKEN in the environment has a line break in it/],
      [{ CE_WEBHOOK_SECRET: "two\nlines" }, /CE_WEBHOOK_SECRET in .* has a line break in it/],
      [{ CF_ACCESS_CLIENT_SECRET: "clé" }, /CF_ACCESS_CLIENT_SECRET in .* beyond ASCII/],
    ] as const) {
      const { code, stdout, stderr } = await shop.run("events", { env });
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, oneLine);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /schlüssel|🔑|lines|clé/);
    }
    assert.equal(loadSettings({ devVars: writeScratch("none", "") }, {}).token, null);
  });

  void test("a token of other letters, where a receiver has one, is named by its 404", async () => {
    const other = await openShop({ ADMIN_TOKEN: "schlüssel" });
    const { code, stderr } = await other.run("events", { env: { ADMIN_TOKEN: TOKEN } });
    assert.equal(code, 4);
    assert.match(stderr, /no admin API: .*ASCII, in one line/);
    await other.close();
  });
});

/** The commands that read, which print most of the output. */
const looks = [
  "--help",
  "trigger --help",
  "trigger --list",
  "find LOOK-1",
  "orders",
  "order LOOK-1",
  "explain LOOK-1",
  "events --limit 5",
  "messages",
  "tail --last 3 --for 100ms",
  "trigger order.confirmed --order LOOK-2",
  "replay --status quarantined --dry-run",
  "events --order NEVER",
  "explain NEVER",
];
/** Every sign outside ASCII takes more than one byte. */
const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

await describe("other terminals", () => {
  before(async () => {
    await shop.run("trigger cancelled-with-refund --order LOOK-1 --seed 2");
    await shop.settled();
  });

  void test("only ASCII is printed where the locale or the terminal knows no more", async () => {
    const surroundings: readonly Readonly<Record<string, string>>[] = [
      { LC_ALL: "C" },
      { LANG: "de_DE.ISO-8859-1" },
      { TERM: "dumb" },
    ];
    for (const [index, command] of looks.entries()) {
      const env = surroundings[index % 3] ?? {};
      const { stdout, stderr } = await shop.run(command, { env });
      assert.ok(stdout + stderr !== "", command);
      assert.ok(isAscii(stdout + stderr), `${command}: ${stdout}${stderr}`);
      assert.ok(!(stdout + stderr).includes(ESCAPE), command);
    }
    assert.equal(isPlain({}), false);
    assert.equal(isPlain({ LANG: "C", LC_ALL: "en_IN.utf8" }), false);
    assert.equal(isPlain({ LANG: "en_IN.UTF-8", LC_CTYPE: "POSIX" }), true);
  });

  void test("a narrow terminal gets every command whole, and no pattern of colours is cut", async () => {
    for (const [index, command] of looks.entries()) {
      const COLUMNS = ["20", "40", "1"][index % 3] ?? "20";
      const wide = await shop.run(command);
      const narrow = await shop.run(command, {
        env: { COLUMNS, FORCE_COLOR: "1", NO_COLOR: "" },
      });
      assert.equal(narrow.code, wide.code, `${command}: ${narrow.stderr}`);
      assert.ok(narrow.stdout !== "" || wide.stdout === "", command);
      const bare = stripVTControlCharacters(narrow.stdout);
      assert.ok(!bare.includes(ESCAPE), command);
      assert.doesNotMatch(bare, /undefined|NaN/);
    }
  });

  void test("a table takes no more columns than there are, down to its least", () => {
    const columns: readonly Column[] = [
      { title: "id", narrow: "cut" },
      { title: "what is said", narrow: "wrap" },
      { title: "error", narrow: "cut" },
    ];
    const rows = [["evt_0123456789abcdef", "one two three four five six", "e".repeat(60)]];
    for (const width of [1, 20, 39, 44, 60, 100]) {
      const lines: string[] = [];
      const fake = { isTTY: true, columns: width, write: (text: string) => lines.push(text) };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that an output asks of a stream
      const stream = fake as unknown as NodeJS.WriteStream;
      const out = createOutput(
        { stdin: stream, stdout: stream, stderr: stream },
        { NO_COLOR: "1" },
      );
      printTable(out, columns, [...rows, { remark: "r".repeat(80) }]);
      assert.equal(out.width, width);
      const longest = Math.max(
        ...lines
          .join("")
          .split("\n")
          .map((line) => line.length),
      );
      // Two spaces before, two between, and at least twelve characters for each column that may shrink.
      assert.ok(longest <= Math.max(width, 42), `${width}: ${longest}\n${lines.join("")}`);
    }
  });

  void test("a dumb terminal is asked nothing", () => {
    const stream = { isTTY: true, columns: 80, write: () => true };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that an output asks of a stream
    const fake = stream as unknown as NodeJS.WriteStream;
    const streams = { stdin: fake, stdout: fake, stderr: fake };
    assert.equal(createOutput(streams, { TERM: "dumb" }).isInteractive, false);
    assert.equal(createOutput(streams, { TERM: "xterm" }).isInteractive, true);
  });
});

await describe("other readers", () => {
  const env = () => ({
    PATH: process.env["PATH"] ?? "",
    CE_WEBHOOKS_URL: shop.receiver.url,
    ADMIN_TOKEN: TOKEN,
    CE_WEBHOOK_SECRET: SECRET,
  });
  const none = writeScratch("none", "");

  before(async () => {
    await shop.run("trigger order.created --count 120 --json");
    await shop.settled();
  });

  void test("one that stops after a line, or before it, ends every command without a trace", async () => {
    const commands = [...looks, "tail --last 50 --for 5s", "events --limit 100 --json"];
    for (const [index, command] of commands.entries()) {
      for (const stream of index % 3 === 0
        ? (["stdout", "stderr"] as const)
        : ["stdout" as const]) {
        const takesFile = command.includes("help") ? [] : ["--dev-vars", none];
        const child = spawn(process.execPath, [launcher, ...command.split(" "), ...takesFile], {
          env: env(),
          stdio: ["ignore", "pipe", "pipe"],
        });
        const other = stream === "stdout" ? "stderr" : "stdout";
        let said = "";
        child[other].setEncoding("utf8").on("data", (text: string) => (said += text));
        child[stream].destroy();
        const [, signal]: unknown[] = await once(child, "close");
        assert.equal(signal, null);
        assert.doesNotMatch(said, /EPIPE|Error:|\n +at .*:\d+:\d+/, command);
      }
    }
  });

  void test("a slow one gets everything", async () => {
    const args = ["events", "--limit", "100", "--json", "--dev-vars", none];
    const child = spawn(process.execPath, [launcher, ...args], {
      env: env(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      text += String(chunk);
      await sleep(100);
    }
    const parsed = z.object({ events: z.array(z.unknown()) }).parse(JSON.parse(text));
    assert.equal(parsed.events.length, 100);
  });

  void test("without a terminal, the set-up says what to pass, and starts nothing", async () => {
    const setup = fileURLToPath(new URL("../../../tools/setup.ts", import.meta.url));
    const child = spawn(process.execPath, [setup], {
      env: { PATH: process.env["PATH"] ?? "", SETUP_WRANGLER: "/nothing" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code]: unknown[] = await once(child, "close");
    assert.equal(code, 1);
    assert.match(said, /No terminal: pass --yes/);
    assert.match(said, /npm run setup -- --yes/);
    assert.match(said, /--dry-run/);
    assert.doesNotMatch(said, /\n +at /);
  });
});

await edge.close();
await shop.close();

/** The receiver from outside: whether it answers, refuses unsigned deliveries, and has the same secret. */
import { secretCommand } from "../../src/store/set-up/missing-pieces.ts";
import { PROBE_AGENT } from "../../src/receiver/probe.ts";
import { WEBHOOK_PATH } from "../../testbed/deliveries/delivery.ts";
import { sign, SIGNATURE_HEADER } from "../../testbed/stories/index.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { Answer } from "../api/http.ts";
import type { Settings } from "../settings.ts";
import type { EnvironmentName } from "../wrangler/target.ts";
import { openThePath, readBlockPage } from "./block-page.ts";
import { type Finding, found } from "./finding.ts";

/** With a larger difference, the receiver would doubt the times of events. */
const CLOCK_MAX_MS = 60_000;
/** Signed and empty: answered 400 if the secret is right, and nothing is stored. */
const NO_EVENT = "";

function checkClock(answer: Answer, now: Date): Finding {
  const stated = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(stated)) return found.skip("clock", "the receiver does not tell its time");
  const apart = Math.abs(stated - now.getTime());
  const seconds = `${(apart / 1000).toFixed(0)} s apart`;
  return apart <= CLOCK_MAX_MS
    ? found.ok("clock", `this machine and the receiver are ${seconds}`)
    : found.warn(
        "clock",
        `this machine and the receiver are ${seconds}`,
        "set this machine's clock",
      );
}

/** For each status of the answer to an unsigned delivery: what is wrong, and what to do. */
const refusals: Readonly<Record<number, readonly [detail: string, fix: string]>> = {
  410: ["the receiver is retired (410)", "unset RECEIVER_RETIRED"],
  404: [`nothing lives at ${WEBHOOK_PATH} (404)`, "is --url right?"],
  403: ["something stands before the webhook route (403)", openThePath],
  302: ["something stands before the webhook route (302)", openThePath],
};

function judgeUnsigned(answer: Answer, setSecret: string): Finding {
  const blocked = readBlockPage(answer);
  if (blocked !== null) {
    const detail = `deliveries do not reach the receiver: ${blocked}`;
    return found.fail("signatures", detail, openThePath);
  }
  const { status } = answer;
  if (status === 401) return found.ok("signatures", "what is not signed is refused (401)");
  if (status === 503) {
    return found.fail("signatures", "the receiver has no CE_WEBHOOK_SECRET (503)", setSecret);
  }
  const other = [`what is not signed is answered ${status}, expected 401`, "is --url right?"];
  const [detail = "", fix = ""] = refusals[status] ?? other;
  return found.fail("signatures", detail, fix);
}

function judgeSigned(answer: Answer, { secret, isLocal }: Settings, setSecret: string): Finding {
  const source = secret?.source ?? "?";
  const blocked = readBlockPage(answer);
  if (blocked !== null) {
    const detail = `a signed delivery does not reach the receiver: ${blocked}`;
    return found.fail("secret", detail, openThePath);
  }
  const { status } = answer;
  if (status === 400) return found.ok("secret", `the one from ${source} is the receiver's`);
  if (status === 401) {
    return found.fail(
      "secret",
      `the receiver does not accept the one from ${source}`,
      isLocal ? "npm start reads .dev.vars: sign with that one" : setSecret,
    );
  }
  return found.fail("secret", `a signed empty body is answered ${status}, expected 400`);
}

/** Ends early if there is no answer: the other checks would only repeat that. */
export async function checkEndpoint(
  { http, now }: Pick<Cli, "http" | "now">,
  settings: Settings,
  environment: EnvironmentName,
): Promise<{ readonly isReachable: boolean; readonly findings: readonly Finding[] }> {
  const { url, secret } = settings;
  let health: Answer;
  try {
    health = await http(`${url}/health`);
  } catch (error) {
    if (!(error instanceof Failure) || error.ending !== "unreachable") throw error;
    const fix = "start it with npm start, deploy it with npm run deploy, or give --url";
    return {
      isReachable: false,
      findings: [found.fail("receiver", error.message.split(";")[0] ?? "", fix)],
    };
  }
  const blocked = readBlockPage(health);
  if (blocked === null && health.status !== 200) {
    const detail = `${url}/health answers ${health.status}, expected 200`;
    return { isReachable: false, findings: [found.fail("receiver", detail, "is --url right?")] };
  }
  const probe = { "user-agent": PROBE_AGENT };
  const post = (headers: Record<string, string>) =>
    http(url + WEBHOOK_PATH, {
      method: "POST",
      headers: { ...probe, ...headers },
      body: NO_EVENT,
      isRepeatable: true,
    });
  const setSecret = secretCommand("CE_WEBHOOK_SECRET", environment);
  const unsigned = judgeUnsigned(await post({}), setSecret);
  // A block page may stop other paths and still let the webhook path through.
  const reached =
    blocked === null
      ? found.ok("receiver", `${url} answers`)
      : found.warn("receiver", `${url}/health does not reach it: ${blocked}`, openThePath);
  const findings = [reached, checkClock(health, now()), unsigned];
  if (secret !== null && unsigned.state === "ok") {
    const signature = await sign(NO_EVENT, secret.value);
    const signed = await post({ [SIGNATURE_HEADER]: signature });
    findings.push(judgeSigned(signed, settings, setSecret));
  }
  return { isReachable: true, findings };
}

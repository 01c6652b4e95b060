/** The receiver from outside: does it answer, does it turn away what is not signed, is the secret the same. */
import { WEBHOOK_PATH } from "../../demo/delivery.ts";
import { sign, SIGNATURE_HEADER } from "../../story/index.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { Answer } from "../http.ts";
import type { Settings } from "../settings.ts";
import { type Finding, found } from "./finding.ts";

/** Beyond this, times that events carry begin to be doubted. */
const CLOCK_MAX_MS = 60_000;
/** Signed, and yet nothing: it is answered 400 where the secret is right, and leaves no event behind. */
const NO_EVENT = "";

const setSecret = "npx wrangler secret put CE_WEBHOOK_SECRET";

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

function judgeUnsigned({ status }: Answer): Finding {
  switch (status) {
    case 401:
      return found.ok("signatures", "what is not signed is turned away (401)");
    case 503:
      return found.fail("signatures", "the receiver has no CE_WEBHOOK_SECRET (503)", setSecret);
    case 410:
      return found.fail("signatures", "the receiver is retired (410)", "unset RECEIVER_RETIRED");
    case 404:
      return found.fail("signatures", `nothing lives at ${WEBHOOK_PATH} (404)`, "is --url right?");
    case 403:
    case 302:
      return found.fail(
        "signatures",
        `something stands before the webhook route (${status})`,
        "let Cloudflare Access and firewalls pass /api/webhooks/*: it must be public",
      );
    default:
      return found.fail(
        "signatures",
        `what is not signed is answered ${status}, expected 401`,
        "is --url right?",
      );
  }
}

function judgeSigned({ status }: Answer, { secret, isLocal }: Settings): Finding {
  const source = secret?.source ?? "?";
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

/** Ends early where nothing answers: the rest would only say so again. */
export async function checkDoor(
  { http, now }: Pick<Cli, "http" | "now">,
  settings: Settings,
): Promise<{ readonly isOpen: boolean; readonly findings: readonly Finding[] }> {
  const { url, secret } = settings;
  let health: Answer;
  try {
    health = await http(`${url}/health`);
  } catch (error) {
    if (!(error instanceof Failure) || error.ending !== "unreachable") throw error;
    const fix = "start it with npm start, deploy it with npm run deploy, or give --url";
    return {
      isOpen: false,
      findings: [found.fail("receiver", error.message.split(";")[0] ?? "", fix)],
    };
  }
  if (health.status !== 200) {
    const detail = `${url}/health answers ${health.status}, expected 200`;
    return { isOpen: false, findings: [found.fail("receiver", detail, "is --url right?")] };
  }
  const post = (headers: Record<string, string>) =>
    http(url + WEBHOOK_PATH, { method: "POST", headers, body: NO_EVENT });
  const unsigned = judgeUnsigned(await post({}));
  const findings = [found.ok("receiver", `${url} answers`), checkClock(health, now()), unsigned];
  if (secret !== null && unsigned.state === "ok") {
    const signature = await sign(NO_EVENT, secret.value);
    findings.push(judgeSigned(await post({ [SIGNATURE_HEADER]: signature }), settings));
  }
  return { isOpen: true, findings };
}

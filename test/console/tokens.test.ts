/** The admin tokens and webhook secrets that work; all others are refused with the reason. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN, type Vars, WEBHOOKS } from "../support/receiver";

async function askApi(vars: Vars, header: string): Promise<number> {
  const headers = { authorization: header };
  return (await fetchWith(vars, new Request(`${ORIGIN}/api/admin/settings`, { headers }))).status;
}

async function submit(vars: Vars, token: string): Promise<string | null> {
  const response = await fetchWith(
    vars,
    new Request(`${ORIGIN}/console/sign-in`, {
      method: "POST",
      headers: { origin: ORIGIN },
      body: new URLSearchParams({ token }),
      redirect: "manual",
    }),
  );
  return response.status === 404 ? "404" : response.headers.get("location");
}

describe("ADMIN_TOKEN", () => {
  it("may have spaces within, and white space around it is not part of it", async () => {
    const vars = { ADMIN_TOKEN: " correct horse  battery\r\n" };
    expect(await askApi(vars, "Bearer correct horse  battery")).toBe(200);
    expect(await askApi(vars, "Bearer  correct horse  battery ")).toBe(200);
    expect(await askApi(vars, "Bearer correct")).toBe(401);
    expect(await askApi(vars, "Bearer correct horse battery")).toBe(401);
    expect(await submit(vars, "\tcorrect horse  battery ")).toBe("/console");
    expect(await submit(vars, "correct horse battery")).toContain("wrong=1");
  });

  it("is refused with a reason where a header cannot carry it, and opens nothing", async () => {
    for (const ADMIN_TOKEN of ["schlüssel", "🔑🔑🔑", "two\nlines", "nul\0within"]) {
      expect(parseConfig({ ADMIN_TOKEN }).problems).toEqual([
        "ADMIN_TOKEN is not usable and is ignored: expected ASCII characters in one line",
      ]);
      expect(await askApi({ ADMIN_TOKEN }, "Bearer anything")).toBe(404);
      expect(await submit({ ADMIN_TOKEN }, ADMIN_TOKEN)).toBe("404");
    }
  });

  it("is compared with whatever is tried", async () => {
    const vars = { ADMIN_TOKEN: "let-me-in" };
    for (const given of ["schlüssel", "🔑", "\u{d800}", "nul\0within", "x".repeat(10_000), ""]) {
      expect(await submit(vars, given)).toContain("wrong=1");
    }
    // The bytes of a non-ASCII token as a client sends them: each as one character.
    expect(await askApi(vars, "Bearer schl\u00c3\u00bcssel")).toBe(401);
    expect(await signIn("let-me-in")).toContain("ce_webhooks_session");
  });
});

describe("CE_WEBHOOK_SECRET", () => {
  /** HMAC-SHA256 of "{}" with each secret, by `openssl dgst -sha256 -hmac`. */
  const vectors = [
    ["two words", "958fbb549651b3c18aeae67d32d9a303b9b5cdb808ef84c667d179ebcd66aac1"],
    ["schlüssel", "0034babad0b8eb3f1acb97c14fc7f3d6dca187d87252b0e02c5e13b332e884ed"],
    ["🔑 clé", "b7437087a302169dfe6bd8a202722796c75ac944134895eb4fe940660f72b5e2"],
  ] as const;

  async function post(vars: Vars, signature: string): Promise<number> {
    const headers = { "x-webhook-signature": signature };
    const init = { method: "POST", headers, body: "{}" };
    return (await fetchWith(vars, new Request(ORIGIN + WEBHOOKS, init))).status;
  }

  it("may be any text of one line, with white space around it that is not part of it", async () => {
    for (const [secret, signature] of vectors) {
      for (const CE_WEBHOOK_SECRET of [secret, `${secret}\n`, ` ${secret}\r\n`]) {
        expect(await post({ CE_WEBHOOK_SECRET }, signature), secret).toBe(200);
      }
      const rotated = { CE_WEBHOOK_SECRET: "new", CE_WEBHOOK_SECRET_PREVIOUS: `${secret}\n` };
      expect(await post(rotated, signature)).toBe(200);
      expect(await post({ CE_WEBHOOK_SECRET: "another" }, signature)).toBe(401);
    }
  });

  it("is refused with a reason where it has several lines: the sender tries again after 503", async () => {
    const vars = { CE_WEBHOOK_SECRET: "two\nlines" };
    expect(parseConfig(vars).problems).toEqual([
      "CE_WEBHOOK_SECRET is not usable and is ignored: expected text in one line",
    ]);
    expect(await post(vars, vectors[0][1])).toBe(503);
  });
});

describe("the keys of providers", () => {
  const sms = { TWILIO_ACCOUNT_SID: "AC1", SMS_FROM: "+15550100" };
  const email = { EMAIL_FROM: "orders@shop.example" };
  const forward = { FORWARD_URL: "https://shop.example/events" };

  it("come without the line break that a file ends with", () => {
    const { channels, problems } = parseConfig({
      ...sms,
      ...email,
      ...forward,
      TWILIO_AUTH_TOKEN: "token\n",
      RESEND_API_KEY: "re_key\r\n",
      FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
    });
    expect(problems).toEqual([]);
    expect(channels.sms?.authToken).toBe("token");
    expect(channels.email?.apiKey).toBe("re_key");
    expect(channels.forward?.secret).toBe("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  });

  it("switch their channel off, with the reason, where no request can carry them", () => {
    const { channels, problems } = parseConfig({
      ...sms,
      ...email,
      ...forward,
      TWILIO_AUTH_TOKEN: "tøken",
      RESEND_API_KEY: "re_key\nre_other",
      // Valid letters, but a length that base64 cannot have.
      FORWARD_SECRET: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA",
    });
    expect([channels.sms, channels.email, channels.forward]).toEqual([null, null, null]);
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "RESEND_API_KEY",
      "TWILIO_AUTH_TOKEN",
      "FORWARD_SECRET",
    ]);
  });
});

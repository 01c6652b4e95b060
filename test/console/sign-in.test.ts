/** Sign-in: tokens of Cloudflare Access, and the limit on wrong admin tokens. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { type AccessDeps, verifyAccess } from "../../src/console/auth/access";
import { networkOf, TriedTokens } from "../../src/console/auth/attempts";
import { SIGN_IN_LIMITS, SIGN_IN_PERIOD_MS } from "../../src/limits";
import { broken, fetchWith, rows } from "../support/receiver";

const ORIGIN = "https://receiver.test";
const AUDIENCE = "the-audience-of-the-console";

type Claims = Readonly<Record<string, unknown>>;
type Header = Readonly<Record<string, unknown>>;

function base64url(value: string | ArrayBuffer): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

interface Team {
  readonly domain: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly sign: (claims: Claims, header?: Header) => Promise<string>;
}

/** A new team with its own key, which the verifier does not know yet. */
async function makeTeam(domain: string, kid = "key-1"): Promise<Team> {
  const pair = await crypto.subtle.generateKey(
    { ...rs256, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  if (!("privateKey" in pair)) throw new Error("no key pair");
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (!("n" in jwk)) throw new Error("no public key");
  return {
    domain,
    jwks: { keys: [{ kty: "RSA", n: jwk.n, e: jwk.e, kid, alg: "RS256", use: "sig" }] },
    sign: async (claims, header = {}) => {
      const head = base64url(JSON.stringify({ alg: "RS256", typ: "JWT", kid, ...header }));
      const signed = `${head}.${base64url(JSON.stringify(claims))}`;
      const bytes = new TextEncoder().encode(signed);
      return `${signed}.${base64url(await crypto.subtle.sign(rs256, pair.privateKey, bytes))}`;
    },
  };
}

function claimsOf({ domain }: Pick<Team, "domain">, over: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: `https://${domain}`,
    aud: [AUDIENCE],
    email: "asha@shop.example",
    iat: now - 10,
    nbf: now - 10,
    exp: now + 600,
    ...over,
  };
}

function varsOf({ domain }: Team) {
  return { ADMIN_TOKEN: "", ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: AUDIENCE };
}

async function publish({ domain, jwks }: Team): Promise<void> {
  const body = JSON.stringify(jwks);
  await fetch(`https://${domain}/cdn-cgi/access/certs`, { method: "PUT", body });
}

function request(path: string, jwt: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  headers.set("cf-access-jwt-assertion", jwt);
  return new Request(`${ORIGIN}${path}`, { ...init, headers, redirect: "manual" });
}

describe("whom Cloudflare Access lets through", () => {
  it("sees the pages under their name, and may use the API", async () => {
    const team = await makeTeam("through.cloudflareaccess.com");
    await publish(team);
    const jwt = await team.sign(claimsOf(team));
    const page = await fetchWith(varsOf(team), request("/console", jwt));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("asha@shop.example");
    const health = await fetchWith(varsOf(team), request("/api/admin/health", jwt));
    expect(health.status).toBe(200);
    expect((await fetchWith(varsOf(team), request("/console/sign-in", ""))).status).toBe(200);
  });

  it("are named in the activity by their address, a service by its client id", async () => {
    const team = await makeTeam("named.cloudflareaccess.com");
    await publish(team);
    const init = { method: "POST", headers: { origin: ORIGIN }, body: '{"until":null}' };
    for (const claims of [{}, { email: undefined, common_name: "client-1.access" }]) {
      const jwt = await team.sign(claimsOf(team, claims));
      const done = await fetchWith(varsOf(team), request("/api/admin/quiet-until", jwt, init));
      expect(done.status).toBe(200);
    }
    const named = await rows("SELECT who FROM activity WHERE what = 'quiet_until_removed'");
    expect(named).toEqual([{ who: "asha@shop.example" }, { who: "client-1.access" }]);
  });

  it("sign out of Access too, and are not told by the sign-in page that it refused them", async () => {
    const team = await makeTeam("leaving.cloudflareaccess.com");
    await publish(team);
    const jwt = await team.sign(claimsOf(team));
    const init = { method: "POST", headers: { origin: ORIGIN } };
    const out = await fetchWith(varsOf(team), request("/console/sign-out", jwt, init));
    expect(out.status).toBe(200);
    expect(out.headers.get("refresh")).toBe("0; url=/cdn-cgi/access/logout");
    expect(out.headers.get("set-cookie")).toMatch(/ce_webhooks_session=;.*Max-Age=0/i);
    expect(await out.text()).toContain('href="/cdn-cgi/access/logout"');
    const page = await fetchWith(varsOf(team), request("/console/sign-in", jwt));
    expect(page.status).toBe(303);
    expect(page.headers.get("location")).toBe("/console");
  });

  it("does not let anybody else through", async () => {
    const team = await makeTeam("strict.cloudflareaccess.com");
    const other = await makeTeam("other.cloudflareaccess.com");
    await publish(team);
    await publish(other);
    const now = Math.floor(Date.now() / 1000);
    const good = await team.sign(claimsOf(team));
    const [head = "", , signature = ""] = good.split(".");
    const forged = base64url(JSON.stringify(claimsOf(team, { email: "eve@evil.example" })));
    const hmac = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(JSON.stringify(team.jwks)),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const symmetric = `${base64url(JSON.stringify({ alg: "HS256", kid: "key-1" }))}.${base64url(JSON.stringify(claimsOf(team)))}`;
    const refused: Readonly<Record<string, string>> = {
      expired: await team.sign(claimsOf(team, { exp: now - 1 })),
      "without an expiry": await team.sign(claimsOf(team, { exp: undefined })),
      "with an expiry that is text": await team.sign(claimsOf(team, { exp: "never" })),
      "not yet valid": await team.sign(claimsOf(team, { nbf: now + 600 })),
      "for another audience": await team.sign(claimsOf(team, { aud: ["another"] })),
      "for no audience": await team.sign(claimsOf(team, { aud: undefined })),
      "of another issuer": await team.sign(claimsOf(other)),
      "of another team's key": await other.sign(claimsOf(team)),
      "under an unknown key": await team.sign(claimsOf(team), { kid: "key-9" }),
      "with another header": await team.sign(claimsOf(team), { crit: ["exp"], exp: 1 }),
      "whose claims were changed": `${head}.${forged}.${signature}`,
      "without a signature": `${base64url('{"alg":"none","kid":"key-1"}')}.${base64url(JSON.stringify(claimsOf(team)))}.`,
      "that is signed with the public key": `${symmetric}.${base64url(
        await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(symmetric)),
      )}`,
      "that brings its own key": await other.sign(claimsOf(team), { jwk: other.jwks.keys[0] }),
      "that says where its key is": await other.sign(claimsOf(team), {
        jku: `https://${other.domain}/cdn-cgi/access/certs`,
        kid: undefined,
      }),
      "under a key of every object": await other.sign(claimsOf(team), { kid: "__proto__" }),
      "of another algorithm": await team.sign(claimsOf(team), { alg: "RS512" }),
      "of an algorithm in small letters": await team.sign(claimsOf(team), { alg: "rs256" }),
      "for an audience that begins like ours": await team.sign(
        claimsOf(team, { aud: `${AUDIENCE}-2` }),
      ),
      "for an audience that is an object": await team.sign(
        claimsOf(team, { aud: { 0: AUDIENCE } }),
      ),
      "of an issuer with a path": await team.sign(
        claimsOf(team, { iss: `https://${team.domain}/x` }),
      ),
      "of several issuers": await team.sign(claimsOf(team, { iss: [`https://${team.domain}`] })),
      "twice in one header": `${good}, ${good}`,
      "with a part too many": `${good}.x`,
      "that is none": "a.b.c",
      "that is empty": "",
    };
    for (const [what, jwt] of Object.entries(refused)) {
      const api = await fetchWith(varsOf(team), request("/api/admin/health", jwt));
      expect(api.status, what).toBe(401);
      const page = await fetchWith(varsOf(team), request("/console", jwt));
      expect(page.status, what).toBe(303);
    }
    expect((await fetchWith(varsOf(team), request("/console", good))).status).toBe(200);
  });

  it("cannot be made to act by a page of another site", async () => {
    const team = await makeTeam("csrf.cloudflareaccess.com");
    await publish(team);
    const jwt = await team.sign(claimsOf(team));
    const body = JSON.stringify({ ids: ["none"] });
    const post = async (headers: HeadersInit): Promise<number> => {
      const init = { method: "POST", body, headers };
      return (await fetchWith(varsOf(team), request("/api/admin/replay", jwt, init))).status;
    };
    const text = { "content-type": "text/plain" };
    expect(await post({ ...text, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await post({ ...text, "sec-fetch-site": "same-site" })).toBe(403);
    expect(await post({ ...text, origin: "https://evil.test" })).toBe(403);
    expect(await post({ ...text, origin: "null" })).toBe(403);
    // A script behind Access sends none of these headers; the console's own origin does.
    expect(await post(text)).toBe(200);
    expect(await post({ ...text, origin: ORIGIN, "sec-fetch-site": "same-origin" })).toBe(200);
  });
});

describe("the keys of a team", () => {
  const minute = 60_000;
  const start = Date.now();

  /** The number of requests for keys, the time of the clock, and whether the team can be reached. */
  interface World {
    asked: number;
    atMs: number;
    down: boolean;
  }

  function depsOf(world: World, team: () => Team): AccessDeps {
    return {
      nowMs: () => world.atMs,
      fetch: async () => {
        world.asked += 1;
        if (world.down) throw new Error("connection refused");
        return await Promise.resolve(Response.json(team().jwks));
      },
    };
  }

  it("are fetched once an hour, and anew for a key that is not known", async () => {
    let team = await makeTeam("keys.cloudflareaccess.com");
    const world: World = { asked: 0, atMs: start, down: false };
    const deps = depsOf(world, () => team);
    const config = { teamDomain: team.domain, audience: AUDIENCE };
    const later = { exp: Math.floor(start / 1000) + 86_400 };
    const first = await team.sign(claimsOf(team, later));
    for (let n = 0; n < 5; n += 1) expect(await verifyAccess(first, config, deps)).not.toBeNull();
    expect(world.asked).toBe(1);

    // The team signs with a new key: the verifier requests it, but not for every forgery.
    team = await makeTeam("keys.cloudflareaccess.com", "key-2");
    const second = await team.sign(claimsOf(team, later));
    expect(await verifyAccess(second, config, deps)).toBeNull();
    expect(world.asked).toBe(1);
    world.atMs += minute;
    expect(await verifyAccess(second, config, deps)).toBe("asha@shop.example");
    expect(world.asked).toBe(2);

    // Old keys stay valid while new ones cannot be loaded.
    world.atMs += 120 * minute;
    world.down = true;
    expect(await verifyAccess(second, config, deps)).toBe("asha@shop.example");
    expect(world.asked).toBe(3);

    // But only for a limited time: one of them may have been withdrawn.
    world.atMs = start + 86_400_000;
    const nextDay = { exp: Math.floor(start / 1000) + 3 * 86_400 };
    const third = await team.sign(claimsOf(team, nextDay));
    expect(await verifyAccess(third, config, deps)).toBe("asha@shop.example");
    world.atMs += 2 * minute;
    expect(await verifyAccess(third, config, deps)).toBeNull();
    world.down = false;
    world.atMs += minute;
    expect(await verifyAccess(third, config, deps)).toBe("asha@shop.example");
  });

  it("that cannot be had at all let nobody through, and are not asked for by each who tries", async () => {
    const team = await makeTeam("none.cloudflareaccess.com");
    const world: World = { asked: 0, atMs: start, down: true };
    const deps = depsOf(world, () => team);
    const config = { teamDomain: team.domain, audience: AUDIENCE };
    const jwt = await team.sign(claimsOf(team));
    for (let n = 0; n < 5; n += 1) expect(await verifyAccess(jwt, config, deps)).toBeNull();
    expect(world.asked).toBe(1);
    world.down = false;
    world.atMs += minute / 2;
    expect(await verifyAccess(jwt, config, deps)).toBe("asha@shop.example");
    expect(world.asked).toBe(2);
  });

  it("are asked for once, however many forgeries under unknown keys come at once", async () => {
    const team = await makeTeam("at-once.cloudflareaccess.com");
    const world: World = { asked: 0, atMs: start, down: false };
    const deps = depsOf(world, () => team);
    const config = { teamDomain: team.domain, audience: AUDIENCE };
    const jwt = await team.sign(claimsOf(team));
    expect(await verifyAccess(jwt, config, deps)).toBe("asha@shop.example");
    world.atMs += minute;
    const forged = await team.sign(claimsOf(team), { kid: "key-9" });
    const all = Array.from({ length: 100 }, () => verifyAccess(forged, config, deps));
    expect(await verifyAccess(jwt, config, deps)).toBe("asha@shop.example");
    expect(new Set(await Promise.all(all))).toEqual(new Set([null]));
    expect(world.asked).toBe(2);
  });

  it("of another kind, or that cannot be read, do not cost the others", async () => {
    const team = await makeTeam("kinds.cloudflareaccess.com");
    const others = [
      { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA", kid: "key-ec" },
      { kty: "RSA", n: "", e: "?", kid: "key-odd" },
      { kid: "key-none" },
    ];
    const deps: AccessDeps = {
      nowMs: () => start,
      fetch: () => Promise.resolve(Response.json({ keys: [...others, ...team.jwks.keys] })),
    };
    const config = { teamDomain: team.domain, audience: AUDIENCE };
    const jwt = await team.sign(claimsOf(team));
    expect(await verifyAccess(jwt, config, deps)).toBe("asha@shop.example");
  });
});

describe("a wrong admin token", () => {
  // In these tests only the isolate counts; the limit of the platform is tested below.
  const ADMIN = { ADMIN_TOKEN: "let-me-in", SIGN_IN_LIMIT: undefined };

  const form = (token: string, ip: string): Request =>
    new Request(`${ORIGIN}/console/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token }),
      headers: { origin: ORIGIN, "cf-connecting-ip": ip },
      redirect: "manual",
    });
  const bearer = (token: string, ip: string): Request =>
    new Request(`${ORIGIN}/api/admin/health`, {
      headers: { authorization: `Bearer ${token}`, "cf-connecting-ip": ip },
    });
  const statusOf = async (one: Request, vars: object = {}): Promise<number> =>
    (await fetchWith({ ...ADMIN, ...vars }, one)).status;

  it("can be tried a few times from one network; then the right one has to wait too", async () => {
    for (let n = 0; n < SIGN_IN_LIMITS.ofOne / 2; n += 1) {
      expect(await statusOf(form(`form-${String(n)}`, "192.0.2.1"))).toBe(303);
      expect(await statusOf(bearer(`bearer-${String(n)}`, "192.0.2.1"))).toBe(401);
    }
    const locked = await fetchWith(ADMIN, form("let-me-in", "192.0.2.1"));
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(locked.headers.get("set-cookie")).toBeNull();
    expect(await locked.text()).toContain("Too many wrong tokens");
    const api = await fetchWith(ADMIN, bearer("let-me-in", "192.0.2.1"));
    expect(api.status).toBe(429);
    expect(api.headers.get("content-type")).toContain("application/problem+json");
    expect(await api.json()).toMatchObject({ status: 429, error: expect.any(String) });
    // Other clients are not limited.
    expect(await statusOf(bearer("let-me-in", "192.0.2.2"))).toBe(200);
  });

  it("is counted before it is compared: a hundred at once are no more than one after the other", async () => {
    const guesses = Array.from({ length: 100 }, (_, n) =>
      bearer(`at-once-${String(n)}`, "192.0.2.3"),
    );
    const statuses = await Promise.all(guesses.map((one) => statusOf(one)));
    expect(statuses.filter((status) => status === 401)).toHaveLength(SIGN_IN_LIMITS.ofOne);
    expect(statuses.filter((status) => status === 429)).toHaveLength(100 - SIGN_IN_LIMITS.ofOne);
  });

  it("counts once, however often it comes: an old script does not lock the right one out", async () => {
    for (let n = 0; n < 3 * SIGN_IN_LIMITS.ofOne; n += 1) {
      expect(await statusOf(bearer("of-last-year", "192.0.2.4"))).toBe(401);
    }
    expect(await statusOf(bearer("let-me-in", "192.0.2.4"))).toBe(200);
    expect(await statusOf(form("let-me-in", "192.0.2.4"))).toBe(303);
    // A token that was compared before is not limited by later guesses from the same network.
    for (let n = 0; n < SIGN_IN_LIMITS.ofOne; n += 1) {
      await statusOf(bearer(`guess-${String(n)}`, "192.0.2.4"));
    }
    expect(await statusOf(bearer("one-more", "192.0.2.4"))).toBe(429);
    expect(await statusOf(bearer("let-me-in", "192.0.2.4"))).toBe(200);
  });

  it("is forgotten after a while", () => {
    const tried = new TriedTokens();
    for (let n = 0; n < SIGN_IN_LIMITS.ofOne; n += 1) {
      expect(tried.count("one", String(n), 0)).toBe("new");
    }
    expect(tried.count("one", "more", SIGN_IN_PERIOD_MS - 1)).toBe("too many");
    expect(tried.count("one", "more", SIGN_IN_PERIOD_MS)).toBe("new");
  });

  it("cannot be tried without end from everywhere", () => {
    const tried = new TriedTokens();
    for (let n = 0; n < SIGN_IN_LIMITS.ofAll; n += 1) tried.count(`from ${String(n)}`, "guess", 0);
    expect(tried.count("from 0", "let-me-in", 0)).toBe("too many");
    // A network without attempts is not locked out by others: it has one attempt.
    expect(tried.count("another", "guess", 0)).toBe("new");
    expect(tried.count("another", "let-me-in", 0)).toBe("too many");
  });

  it("is compared again only where it was admitted before", () => {
    const tried = new TriedTokens();
    expect(tried.count("one", "a", 0)).toBe("new");
    expect(tried.count("one", "a", 0)).toBe("new");
    tried.admit("one", "a");
    expect(tried.count("one", "a", 0)).toBe("admitted");
    expect(tried.count("other", "a", 0)).toBe("new");
  });

  it("leaves nothing behind in the database", async () => {
    await statusOf(form("guess", "192.0.2.77"));
    await statusOf(bearer("guess", "192.0.2.77"));
    expect(await rows("SELECT * FROM sign_in_failures")).toEqual([]);
  });

  it("counts for a whole IPv6 network", () => {
    expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1");
    expect(networkOf("2001:db8:1:2::9")).toBe("2001:db8:1");
    expect(networkOf("2001:0db8:0001:0002::")).toBe("2001:db8:1");
    expect(networkOf("::1")).toBe("0:0:0");
    expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
  });

  it("is not tried from each of the 65,536 networks of one site", () => {
    const tried = new TriedTokens();
    const guesses = Array.from({ length: 60_000 }, (_, n) =>
      tried.count(networkOf(`2001:db8:7:${n.toString(16)}::1`), `guess ${String(n)}`, 0),
    );
    expect(guesses.filter((one) => one === "new")).toHaveLength(SIGN_IN_LIMITS.ofOne);
  });

  it("is counted while D1 is down", async () => {
    const down = { DB: broken(env.DB) };
    for (let n = 0; n < SIGN_IN_LIMITS.ofOne; n += 1) {
      expect(await statusOf(bearer(`down-${String(n)}`, "192.0.2.5"), down)).toBe(401);
    }
    expect(await statusOf(bearer("let-me-in", "192.0.2.5"), down)).toBe(429);
    const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const response = await fetchWith({ ...ADMIN, ...down }, bearer("let-me-in", "192.0.2.6"));
    silent.mockRestore();
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
  });

  describe("where the platform counts too", () => {
    /** Answers like the binding, in this order; then it admits all. */
    function limiter(...answers: readonly boolean[]) {
      const left = [...answers];
      const asked: string[] = [];
      const limit = ({ key }: { key: string }): Promise<{ success: boolean }> => {
        asked.push(key);
        return Promise.resolve({ success: left.shift() ?? true });
      };
      return { asked, vars: { SIGN_IN_LIMIT: { limit } } };
    }

    it("waits when it says so, with the right token too, and is let in when it no longer does", async () => {
      const { vars } = limiter(false, false);
      const refused = await fetchWith({ ...ADMIN, ...vars }, bearer("let-me-in", "192.0.2.20"));
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("60");
      expect(await statusOf(form("guess", "192.0.2.20"), vars)).toBe(429);
      expect(await statusOf(bearer("let-me-in", "192.0.2.20"), vars)).toBe(200);
    });

    it("asks once for each token, and tells the platform no address", async () => {
      const { asked, vars } = limiter();
      for (let n = 0; n < 5; n += 1) {
        await statusOf(bearer("guess", "192.0.2.21"), vars);
        await statusOf(bearer("let-me-in", "192.0.2.21"), vars);
      }
      expect(asked).toHaveLength(2);
      expect(new Set(asked).size).toBe(1);
      expect(asked.join()).not.toContain("192.0.2");
    });

    it("goes by its own count where the platform cannot say", async () => {
      const limit = () => Promise.reject(new Error("down"));
      const vars = { SIGN_IN_LIMIT: { limit } };
      expect(await statusOf(bearer("let-me-in", "192.0.2.22"), vars)).toBe(200);
      for (let n = 1; n < SIGN_IN_LIMITS.ofOne; n += 1) {
        await statusOf(bearer(`guess-${String(n)}`, "192.0.2.22"), vars);
      }
      expect(await statusOf(bearer("one-more", "192.0.2.22"), vars)).toBe(429);
    });

    it("is bound as wrangler.toml says: so many within a minute", async () => {
      const answers: boolean[] = [];
      for (let n = 0; n <= SIGN_IN_LIMITS.ofOne; n += 1) {
        answers.push((await env.SIGN_IN_LIMIT.limit({ key: "a source" })).success);
      }
      expect(answers.filter(Boolean)).toHaveLength(SIGN_IN_LIMITS.ofOne);
      expect(answers.at(-1)).toBe(false);
    });
  });
});

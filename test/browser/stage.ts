/** A running Worker with a shop's day in it, a browser, and pages of it for signed-in persons. */
import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser, signIn } from "./browser.ts";
import { openShop, type Shop } from "./shop.ts";

const PATIENCE_MS = 10_000;

export interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the browser reported: of scripts, and of the policy. */
  readonly complaints: readonly string[];
}

export class Stage {
  readonly shop: Shop;
  readonly browser: Browser;
  /** The cookie of a sign-in, for tests that are not about signing in. */
  #session: Awaited<ReturnType<BrowserContext["storageState"]>> | null = null;

  private constructor(shop: Shop, browser: Browser) {
    this.shop = shop;
    this.browser = browser;
  }

  /** `orders`: the number of stories in the shop's day. */
  static async set(orders: number): Promise<Stage> {
    const [shop, browser] = await Promise.all([openShop(orders), openBrowser()]);
    return new Stage(shop, browser);
  }

  async strike(): Promise<void> {
    await this.browser.close();
    await this.shop.close();
  }

  /** A separate browser context with a reader in India; nobody is signed in. */
  async open(options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await this.browser.newContext({
      baseURL: this.shop.origin,
      timezoneId: "Asia/Kolkata",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    return { context, page, complaints };
  }

  /** A page of a signed-in person, on the overview. */
  async withPage(
    options: BrowserContextOptions,
    work: (opened: Opened) => Promise<void>,
  ): Promise<void> {
    const session = this.#session;
    const opened = await this.open(
      session === null ? options : { ...options, storageState: session },
    );
    try {
      if (session === null) {
        await signIn(opened.page, this.shop.origin);
        this.#session = await opened.context.storageState();
      } else {
        await opened.page.goto("/console");
      }
      await work(opened);
    } finally {
      await opened.context.close();
    }
  }

  /** Signing out ends the session for all tests that share it; the next test signs in again. */
  forgetSession(): void {
    this.#session = null;
  }

  /** The first row of a query. */
  async one<T>(sql: string, ...values: string[]): Promise<T> {
    const [row] = await this.shop.receiver.query<T>(sql, ...values);
    assert.ok(row !== undefined, sql);
    return row;
  }
}

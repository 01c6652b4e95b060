/** A running Worker with a shop's day in it, a browser, and pages of it for whoever is signed in. */
import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser, signIn } from "./browser.ts";
import { openShop, type Shop } from "./shop.ts";

const PATIENCE_MS = 10_000;

export interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: errors of scripts, and of the policy. */
  readonly complaints: readonly string[];
}

export class Stage {
  readonly shop: Shop;
  readonly browser: Browser;
  /** The cookie of a sign-in, for whoever does not test signing in. */
  #session: Awaited<ReturnType<BrowserContext["storageState"]>> | null = null;

  private constructor(shop: Shop, browser: Browser) {
    this.shop = shop;
    this.browser = browser;
  }

  /** `orders`: how many stories the shop's day tells. */
  static async set(orders: number): Promise<Stage> {
    const [shop, browser] = await Promise.all([openShop(orders), openBrowser()]);
    return new Stage(shop, browser);
  }

  async strike(): Promise<void> {
    await this.browser.close();
    await this.shop.close();
  }

  /** A browser of its own, whose reader lives in India; nobody is signed in. */
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

  /** A signed-in person on the overview. */
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

  /** Somebody has signed out, which ends the session for all who share it: the next one signs in. */
  forgetSession(): void {
    this.#session = null;
  }

  /** The first row that a query finds. */
  async one<T>(sql: string, ...values: string[]): Promise<T> {
    const [row] = await this.shop.receiver.query<T>(sql, ...values);
    assert.ok(row !== undefined, sql);
    return row;
  }
}

/**
 * `npm run demo`: a day in a shop, from signed webhooks to orders, money and messages, only on this machine. Prints
 * what the owner would see, compares it with the stories that were sent, and exits with 0 only if everything is
 * right.
 */
import { runDemo } from "./demo/run.ts";

await runDemo();

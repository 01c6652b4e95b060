/**
 * `npm run demo`: a day at a shop, from signed webhooks to orders, money and messages, on this
 * machine alone. Prints what the owner would see, checks it against the stories that were told, and
 * exits with 0 only where all of it holds.
 */
import { runDemo } from "./demo/run.ts";

await runDemo();

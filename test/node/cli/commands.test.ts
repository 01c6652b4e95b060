/** Every command as a process, against one running Worker, on real D1 and queues. */
import { shop } from "./shop.ts";

// One after the other: static imports would run at the same time.
await import("./trigger.ts");
await import("./look.ts");
await import("./live.ts");
await import("./listen.ts");
await import("./privacy.ts");
await shop.close();

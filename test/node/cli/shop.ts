/** One receiver for every file of these tests: starting it takes longer than most of them. */
import { openShop } from "./run.ts";

export const shop = await openShop();

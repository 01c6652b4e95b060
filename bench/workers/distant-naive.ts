/** bench/workers/naive.ts with D1 and queues at a distance. */
import { atDistance } from "./distant";
import worker from "./naive";

export default atDistance(worker);

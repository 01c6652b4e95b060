/** bench/workers/least.ts with D1 and queues at a distance. */
import { atDistance } from "./distant";
import worker from "./least";

export default atDistance(worker);

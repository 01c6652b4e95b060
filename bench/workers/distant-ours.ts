/** This receiver with D1 and queues at a distance. */
import worker from "../../src/index";
import { atDistance } from "./distant";

export default atDistance(worker);

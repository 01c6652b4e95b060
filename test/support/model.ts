/** The reference model and what it is told of messages, for test/node/upgrade.test.ts, which bundles this file. */
export { usualRules } from "./rules";
export { modelOf } from "../../src/projection/history/model";

/** The reference model and its message rules, for test/node/upgrade.test.ts, which bundles this file. */
export { usualRules } from "./rules";
export { modelOf } from "../../src/projection/history/model";

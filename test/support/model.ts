/** The reference model and what it is told of messages, for test/node/upgrade.test.ts, which bundles this file. */
export { outboxRules } from "../../src/notifications/templates";
export { modelOf } from "../../src/projection/history/model";

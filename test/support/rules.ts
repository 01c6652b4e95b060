/** The message rules of a shop that has switched no message on and set up no optional channel. */
import { unusedChannels } from "../../src/notifications/channels";
import { outboxRules, templatesWhere } from "../../src/notifications/templates";

const off: ReadonlySet<string> = new Set(templatesWhere((one) => one.isOnByDefault === false));
const unused: ReadonlySet<string> = new Set(unusedChannels([]));

export const usualRules = outboxRules
  .filter(({ template }) => !off.has(template))
  .map((rule) => ({ ...rule, channels: rule.channels.filter((name) => !unused.has(name)) }));

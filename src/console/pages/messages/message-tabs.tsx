/** The lists of messages, as tabs above each of them. */
import { Tabs } from "../parts";

const lists = [
  ["/console/messages", "To people"],
  ["/console/messages?channel=forward", "Forwards"],
  ["/console/unsent", "Not sent"],
] as const;

export function MessageTabs({ here }: { readonly here: string }) {
  const tabs = lists.map(([to, name]) => ({ to, name, isHere: to === here }));
  return <Tabs label="Lists of messages" of={tabs} />;
}

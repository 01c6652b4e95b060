/** The lists of messages, as tabs above each of them. */
import { PageTabs } from "../parts";

const lists = [
  ["/console/messages", "To people"],
  ["/console/messages?channel=forward", "Forwards"],
  ["/console/unsent", "Not sent"],
] as const;

export function MessageTabs({ here }: { readonly here: string }) {
  return <PageTabs label="Lists of messages" of={lists} here={here} />;
}

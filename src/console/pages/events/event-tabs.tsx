/** The lists of events, as tabs above each of them. */
import { Tabs } from "../parts";

const lists = [
  ["/console/events", "All events"],
  ["/console/troubled", "Failed and quarantined"],
  ["/console/refused", "Refused deliveries"],
] as const;

export function EventTabs({ here }: { readonly here: string }) {
  const tabs = lists.map(([to, name]) => ({ to, name, isHere: to === here }));
  return <Tabs label="Lists of events" of={tabs} />;
}

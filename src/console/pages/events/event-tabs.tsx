/** The lists of events, as tabs above each of them. */
import { PageTabs } from "../parts";

const lists = [
  ["/console/events", "All events"],
  ["/console/troubled", "Failed and quarantined"],
  ["/console/refused", "Refused deliveries"],
] as const;

export function EventTabs({ here }: { readonly here: string }) {
  return <PageTabs label="Lists of events" of={lists} here={here} />;
}

/** The lists of events, as tabs above each of them. */
const lists = [
  ["/console/events", "All events"],
  ["/console/troubled", "Failed and quarantined"],
  ["/console/refused", "Refused deliveries"],
] as const;

export function EventTabs({ here }: { readonly here: string }) {
  return (
    <nav class="tabs" aria-label="Lists of events">
      {lists.map(([to, name]) => (
        <a href={to} aria-current={to === here ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

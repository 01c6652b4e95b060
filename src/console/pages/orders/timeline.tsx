/** The history of an order in sentences, newest first; each fact appears once. */
import { nameType } from "../../../events/form-words";
import { recognize } from "../../../events/recognition";
import { isObject, textOf } from "../../../events/values";
import type { ExplainedOrder, Moment, TimedEvent } from "../../order-view";
import { capital, words } from "../../text";
import { labelOf } from "../messages/messages-page";
import { parcelNews } from "./explained";
import { Badge, Ref, Text, Time } from "../parts";

/** The noun and verb for an applied event and its row; other types are shown by name. */
const sentences: Readonly<Record<string, readonly [string, string]>> = {
  "order.created": ["Order placed", ""],
  "order.confirmed": ["Order confirmed", ""],
  "order.completed": ["Order completed", ""],
  "order.cancelled": ["Order cancelled", ""],
  "order.updated": ["Order updated", ""],
  "payment.success": ["Payment", "succeeded"],
  "payment.failed": ["Payment", "failed"],
  "payment.retried": ["Payment", "was retried"],
  "payment.updated": ["Payment", "was updated"],
  "payment.refund.initiated": ["Refund", "was started"],
  "payment.refund.success": ["Refund", "succeeded"],
  "payment.refund.failed": ["Refund", "failed"],
  "shipment.created": ["Parcel", "was created"],
  "shipment.updated": ["Parcel", ""],
  "shipment.delivered": ["Parcel", "was delivered"],
  "shipment.cancelled": ["Parcel", "was cancelled"],
};

const rowsOf: Readonly<Record<string, string>> = {
  Payment: "payments",
  Refund: "refunds",
  Parcel: "shipments",
};

type Keys = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The key of the first row of each kind that an event has set: its sentence names the row. */
function keysByEvent({ explained }: ExplainedOrder): Keys {
  return new Map(
    explained.events.map(({ id, settings }) => [
      id,
      Object.fromEntries(settings.toReversed().map(({ entity, key }) => [entity, key])),
    ]),
  );
}

/** The status that an event states for its parcel. */
function statusIn({ payload }: TimedEvent): string | null {
  const body = payload === null ? null : recognize(payload, null);
  return body !== null && body.form !== "unknown" && isObject(body.data)
    ? textOf(body.data["status"])
    : null;
}

function EventSentence(props: { readonly of: TimedEvent; readonly keys: Keys }) {
  const { of, keys } = props;
  const isApplied = of.status === "processed";
  const known = isApplied ? sentences[of.eventType ?? ""] : undefined;
  const [noun, told] = known ?? [nameType(of.eventType), ""];
  const verb = of.eventType === "shipment.updated" && isApplied ? parcelNews(statusIn(of)) : told;
  const key = keys.get(of.id)?.[rowsOf[noun] ?? ""];
  return (
    <>
      <Ref to="events" id={of.id} label={noun} />
      {key === undefined ? null : (
        <>
          {" "}
          <Text of={key} />
        </>
      )}
      {verb === "" ? null : ` ${verb}`}
      {isApplied ? null : (
        <>
          {" "}
          <Badge status={of.status} as={of.status === "received" ? "waits" : undefined} />
        </>
      )}
      {known === undefined ? null : <span class="source">{nameType(of.eventType)}</span>}
    </>
  );
}

const told: Readonly<Record<string, string>> = {
  sent: "sent",
  pending: "waits to be sent",
  suppressed: "was not sent",
  failed: "failed",
};

function Sentence({ moment, keys }: { readonly moment: Moment; readonly keys: Keys }) {
  switch (moment.kind) {
    case "event":
      return <EventSentence of={moment.event} keys={keys} />;
    case "milestone":
      return (
        <>
          {capital(moment.what)}
          {moment.of === null ? null : (
            <>
              {" "}
              <Text of={moment.of} />
            </>
          )}
        </>
      );
    case "message": {
      const { channel, id, status, reason } = moment.message;
      return (
        <>
          {capital(words(channel))} “
          <Ref to="messages" id={id} label={labelOf(moment.message)} />” {told[status] ?? status}
          {reason === null ? null : (
            <>
              {": "}
              <Text of={reason} />
            </>
          )}
        </>
      );
    }
  }
}

export function Timeline(props: {
  readonly moments: readonly Moment[];
  readonly view: ExplainedOrder;
}) {
  const keys = keysByEvent(props.view);
  return (
    <ol class="timeline">
      {props.moments.map((moment) => (
        <li class={moment.kind}>
          <Time at={moment.at} />
          <span>
            <Sentence moment={moment} keys={keys} />
          </span>
        </li>
      ))}
    </ol>
  );
}

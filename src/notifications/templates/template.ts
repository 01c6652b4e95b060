/**
 * The interface of every template. A template is one file with everything about one message, except its words
 * (../texts/). Only its line in the registry (index.ts) names it. All of it is pure.
 */
import type * as z from "zod/mini";
import type { EventType } from "../../events/catalog";
import type { DecodedEvent } from "../../projection/decoded-event";
import type { About, OutboxContext } from "../../projection/outbox-row";
import type { Fact, OutboxOptions } from "../../projection/outbox-rows";
import type { Channel, ContentOf } from "../channels";
import type { Audience } from "../channels/channel";
import type { Shop } from "../shop";
import type { Texts } from "../texts/say";
import type { Facts } from "./facts";

/** What is known about a message when it is due. */
export interface Known<Context = unknown> {
  readonly facts: Facts;
  /** The data of the fact in addition to its subject; null if there is none or it cannot be read. */
  readonly context: Context | null;
}

/** What a message is made from. */
export interface LayoutInput<Context = unknown> extends Known<Context> {
  readonly shop: Shop;
  /** In the language of its recipient. */
  readonly texts: Texts;
  readonly subjectId: string | null;
  readonly eventId: string | null;
}

/** What the store reads before a message is judged and rendered. */
export type Reading =
  | "order"
  | "payment"
  | "refund"
  | "shipment"
  | "parcels"
  | "contents"
  | "event";

/** A state in which a statement of the store writes the row: store/state/derive.ts, store/outbox/tracking.ts. */
export type State = "refund_outstanding" | "tracking_changed";

/** When a row is written. */
type Asked =
  | {
      readonly by: "event";
      readonly types: readonly EventType[] | "every";
      /** Without it, there is one row for each subject. Null: this event asks for no message. */
      readonly factOf?: (event: DecodedEvent, options: OutboxOptions) => Fact | null;
      /** Each later event that asks for it postpones it, until it is rendered. */
      readonly isPutOff?: true;
    }
  | { readonly by: "state"; readonly state: State }
  /** Something needs a person (store/outbox/outbox.ts). */
  | { readonly by: "alert" };

/** Method types: TypeScript compares their parameters both ways, so one registry can hold every context. */
type Ask<Context, Answer> = { ask(known: Known<Context>): Answer }["ask"];
type LayOut<Context, Content> = { layOut(input: LayoutInput<Context>): Content }["layOut"];

export interface TemplateDefinition<Context = unknown> {
  /** Its line in docs/notifications.md: what triggers it, and what drops it; null: nothing does. */
  readonly docs: { readonly when: string; readonly dropped: string | null };
  readonly audience: Audience;
  /** What the first part of its id names. The messages of an order are found by it. */
  readonly about: About;
  readonly asked: Asked;
  readonly reads: readonly Reading[];
  /** The data stored in addition to the subject: its shape, and an example for the previews. */
  readonly context?: { readonly shape: z.ZodMiniType<Context>; readonly example: OutboxContext };
  /** One message for each order or refund, even if two rows report it; `otherwise`: the reason of the other row. */
  readonly once?: { readonly by: "order" | "refund"; readonly otherwise: string };
  /** Recipients who have unsubscribed do not get it, and each message has a link to unsubscribe. */
  readonly isMarketing?: true;
  /** Absent: it is sent unless a person has switched it off. False: only once a person has switched it on. */
  readonly isOnByDefault?: false;
  /** Its texts, if it has several: texts are registered or approved elsewhere one by one. */
  readonly texts?: { readonly names: readonly string[]; readonly of: Ask<Context, string | null> };
  /** It shows the tracking of a parcel; the store keeps what it showed. */
  readonly showsTracking?: true;
  /** Something must happen first: how long the message waits for it, and the reasons. */
  readonly waits?: {
    readonly isEarly: Ask<Context, boolean>;
    readonly reason: string;
    readonly mostMs: number;
    readonly givenUp: string;
  };
  /** Null while the message is still true, else why not. Absent: it is always true. */
  readonly whyUntrue?: Ask<Context, string | null>;
  /** Whether it is written again each hour while it is true: of those held back, only the last one counts. */
  readonly isRaisedAgain?: Ask<Context, boolean>;
  /** Its channels, and how each lays it out. Throws without the facts that it needs. */
  readonly channels: { readonly [C in Channel]?: LayOut<Context, ContentOf<C>> };
}

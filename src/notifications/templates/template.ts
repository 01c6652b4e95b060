/**
 * What every template is: all about one message, in one file; its words are in ../texts/. Nothing else names it
 * but its line in the registry (index.ts). All of it is pure.
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

/** What is known when the turn of a message has come. */
export interface Known<Context = unknown> {
  readonly facts: Facts;
  /** What the fact consists of beside its subject; null where it has nothing, or it cannot be read. */
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

/** A statement of the store finds where it holds and writes the row: store/state/derive.ts, store/outbox/tracking.ts. */
export type State = "refund_outstanding" | "tracking_changed";

/** When a row is written. */
type Asked =
  | {
      readonly by: "event";
      readonly types: readonly EventType[] | "every";
      /** Without it one fact is one row. Null: this event asks for no message. */
      readonly factOf?: (event: DecodedEvent, options: OutboxOptions) => Fact | null;
      /** Until it is begun, each later event that asks for it puts it off. */
      readonly isPutOff?: true;
    }
  | { readonly by: "state"; readonly state: State }
  /** Something needs a person (store/outbox/outbox.ts). */
  | { readonly by: "alert" };

/** Methods by their types: parameters are compared both ways, so one registry holds every context. */
type Ask<Context, Answer> = { ask(known: Known<Context>): Answer }["ask"];
type LayOut<Context, Content> = { layOut(input: LayoutInput<Context>): Content }["layOut"];

export interface TemplateDefinition<Context = unknown> {
  /** Its line in docs/notifications.md: after what, and what drops it; null: nothing does. */
  readonly docs: { readonly when: string; readonly dropped: string | null };
  readonly audience: Audience;
  /** What the first part of its id names, by which the messages of an order are found. */
  readonly about: About;
  readonly asked: Asked;
  readonly reads: readonly Reading[];
  /** What is stored beside the subject: how it is read, and an example for the previews. */
  readonly context?: { readonly shape: z.ZodMiniType<Context>; readonly example: OutboxContext };
  /** One message an order or refund, even where two rows tell of it; the reason of the other. */
  readonly once?: { readonly by: "order" | "refund"; readonly otherwise: string };
  /** It is asked for by nobody: whoever has unsubscribed gets none, and each has a link to unsubscribe. */
  readonly isMarketing?: true;
  /** Absent: it is sent unless a person has switched it off. False: only once a person has switched it on. */
  readonly isOnByDefault?: false;
  /** Its texts, where it has several: what is registered or approved elsewhere is so one text at a time. */
  readonly texts?: { readonly names: readonly string[]; readonly of: Ask<Context, string | null> };
  /** It says how a parcel can be followed: the store keeps what it showed. */
  readonly showsTracking?: true;
  /** Something has to happen first; for how long it is waited for, and the reasons. */
  readonly waits?: {
    readonly isEarly: Ask<Context, boolean>;
    readonly reason: string;
    readonly mostMs: number;
    readonly givenUp: string;
  };
  /** Null while it is still true, else why not. Without it, it always is. */
  readonly whyUntrue?: Ask<Context, string | null>;
  /** Whether it is written again each hour while it is true: of those that are held back only the last counts. */
  readonly isRaisedAgain?: Ask<Context, boolean>;
  /** Its channels, and how each lays it out. Throws without the facts that it needs. */
  readonly channels: { readonly [C in Channel]?: LayOut<Context, ContentOf<C>> };
}

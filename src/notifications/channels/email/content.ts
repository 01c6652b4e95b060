/** The content of an e-mail. HTML and plain text are made from the same blocks, so that both say the same. */

export interface AmountRow {
  readonly label: string;
  readonly amount: string;
  /** The last line of a sum. */
  readonly strong?: boolean;
}

export interface ItemRow {
  readonly name: string;
  /** Variant, quantity: the small print under the name. */
  readonly detail: string | null;
  readonly amount: string | null;
  /** https; null if unknown. */
  readonly picture: string | null;
}

export type Block =
  | { readonly kind: "paragraph"; readonly text: string }
  /** A link outside the text. */
  | { readonly kind: "button"; readonly label: string; readonly url: string }
  | {
      readonly kind: "items";
      readonly title: string;
      readonly items: readonly ItemRow[];
      readonly totals: readonly AmountRow[];
    }
  | { readonly kind: "lines"; readonly title: string; readonly lines: readonly string[] }
  | {
      readonly kind: "facts";
      readonly facts: readonly { readonly label: string; readonly value: string }[];
    };

export interface EmailContent {
  readonly subject: string;
  /** What inboxes show after the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
  /** Data for mail programs, in addition to the text: an object of schema.org. */
  readonly structured?: StructuredData;
}

/** An object of schema.org, with its `@type`. Values from outside are text in it, never markup. */
export type StructuredData = { readonly "@type": string } & Readonly<Record<string, unknown>>;

/**
 * The frame of every e-mail: the shop's look above the content; below it how to reach the shop, who it is, and why the
 * message was sent. HTML and plain text are made from the same frame.
 */
import { oneLine } from "../../formatting/safe-text";
import type { Shop } from "../../shop";
import type { Texts } from "../../texts/say";
import { type Accents, accentsOf } from "./colours";

export interface MailLink {
  readonly label: string;
  readonly url: string;
}

export interface MailFrame {
  readonly store: string;
  /** Null: the name takes its place. The name is also the alternative text of the logo. */
  readonly logoUrl: string | null;
  readonly accents: Accents;
  readonly language: Pick<Texts, "language" | "direction">;
  /** How to reach the shop: links to write to it and to call it. */
  readonly contacts: readonly MailLink[];
  readonly help: string;
  /** Why the message was sent. */
  readonly footer: string;
  readonly social: readonly MailLink[];
  /** The shop's name, address and tax id, line by line. */
  readonly address: readonly string[];
  /** The link to unsubscribe, if it is marketing. */
  readonly unsubscribe: MailLink | null;
}

const networks: Readonly<Record<Shop["socialLinks"][number]["network"], string>> = {
  instagram: "Instagram",
  facebook: "Facebook",
  x: "X",
  youtube: "YouTube",
  whatsapp: "WhatsApp",
};

function contactsOf({ supportEmail, supportPhone }: Shop): readonly MailLink[] {
  return [
    ...(supportEmail === null ? [] : [{ label: supportEmail, url: `mailto:${supportEmail}` }]),
    ...(supportPhone === null
      ? []
      : [{ label: supportPhone, url: `tel:${supportPhone.replace(/[^\d+]/g, "")}` }]),
  ];
}

export function frameOf(shop: Shop, texts: Texts, unsubscribeUrl: string | null): MailFrame {
  const { say } = texts;
  const store = oneLine(shop.name, 60);
  const { addressLines, taxId } = shop;
  return {
    store,
    logoUrl: shop.logoUrl,
    accents: accentsOf(shop.accentColour),
    language: texts,
    contacts: contactsOf(shop),
    help: say("shared.help"),
    footer: say(shop.takesReplies ? "shared.footer_with_reply" : "shared.footer", { store }),
    social: shop.socialLinks.map(({ network, url }) => ({ label: networks[network], url })),
    address: [
      store,
      ...addressLines.map((line) => oneLine(line)),
      ...(taxId === null ? [] : [`${say("shared.shop_tax_id")}: ${oneLine(taxId, 40)}`]),
    ],
    unsubscribe:
      unsubscribeUrl === null ? null : { label: say("shared.unsubscribe"), url: unsubscribeUrl },
  };
}

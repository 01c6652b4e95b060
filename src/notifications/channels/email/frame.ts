/**
 * What stands around the content of every e-mail: the shop's look above it, and below it how the shop is reached, who
 * it is, and why the message was sent. HTML and text are made from the same.
 */
import { oneLine } from "../../text/safe-text";
import type { Shop } from "../../shop";
import type { Texts } from "../../texts/say";
import { type Accents, accentsOf } from "./colours";

export interface MailLink {
  readonly label: string;
  readonly url: string;
}

export interface MailFrame {
  readonly store: string;
  /** Null: the name in its place, which is the alternative text of the logo too. */
  readonly logoUrl: string | null;
  readonly accents: Accents;
  readonly language: Pick<Texts, "language" | "direction">;
  /** How the shop is reached; the links are to write to and to call. */
  readonly contacts: readonly MailLink[];
  readonly help: string;
  /** Why the message was sent. */
  readonly footer: string;
  readonly social: readonly MailLink[];
  /** The shop's name, address and tax id, line by line. */
  readonly address: readonly string[];
  /** Where its recipient unsubscribes, if it is marketing. */
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

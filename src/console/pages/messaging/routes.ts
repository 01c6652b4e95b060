/** The pages of the shop and its messages, and their form handlers, by path below /console. */
import { saveShop, shop } from "./shop-page";
import type { PageContext } from "../../page-context";
import { messagesAndTexts, turnSwitch } from "./messages-page";
import { template } from "./template-page";
import { saveTexts, sendTest, templatePreview } from "./template-acts";

type Serve = (context: PageContext) => Promise<Response>;

export const messagingPages: Readonly<Record<string, Serve>> = {
  "/settings/shop": shop,
  "/settings/messages": messagesAndTexts,
  "/settings/messages/:template": template,
  "/settings/messages/:template/preview": templatePreview,
};

export const messagingActions: Readonly<Record<string, Serve>> = {
  "/settings/shop": saveShop,
  "/settings/messages/switch": turnSwitch,
  "/settings/messages/:template": saveTexts,
  "/settings/messages/:template/test": sendTest,
};

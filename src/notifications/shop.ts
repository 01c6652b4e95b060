/** The shop as its messages present it. */
import type { ShopConfig } from "../config";

export interface Shop extends ShopConfig {
  /** Somebody reads what is sent to `EMAIL_REPLY_TO`: only then may an e-mail invite replies. */
  readonly takesReplies: boolean;
}

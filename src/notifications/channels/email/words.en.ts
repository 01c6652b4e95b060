/** What stands below every e-mail. `takesReplies`: `EMAIL_REPLY_TO` is set, so that somebody reads an answer. */
export const footer = (store: string, takesReplies: boolean): string =>
  `${store} sent you this message about your order.${takesReplies ? " Questions? Just reply." : ""}`;

/** The link below an e-mail that is marketing. */
export const unsubscribe = "Unsubscribe";

/** The words of the page by which customers unsubscribe. */
const others =
  "Messages about your orders, such as confirmations and deliveries, are not affected.";

export const words = {
  asked: {
    title: "Unsubscribe?",
    text: (shop: string) => `${shop} will no longer ask you for reviews or send you offers.`,
    button: "Unsubscribe",
  },
  stopped: {
    title: "You are unsubscribed",
    text: (shop: string) => `${shop} will not ask you for reviews or send you offers any more.`,
    button: "I changed my mind",
  },
  resumed: {
    title: "You are subscribed again",
    text: (shop: string) => `${shop} may ask you for reviews again.`,
    button: null,
  },
  failed: {
    title: "That did not work",
    text: () => "Nothing was changed. Please try again in a few minutes.",
    button: "Try again",
  },
  others,
} as const;

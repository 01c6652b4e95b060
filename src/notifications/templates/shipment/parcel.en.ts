/** The words that messages about a parcel share. */

/** An order, or a part of it, at the beginning of a line. */
export const yourOrder = (order: string, isPart: boolean): string =>
  isPart ? `Part of your order ${order}` : `Your order ${order}`;

/** Of a parcel that is a part of its order, where all the rest is in other parcels. */
export const restElsewhere = "The rest of your order is in another parcel.";
/** Of one where something is in no parcel yet. */
export const restFollows =
  "What is still to come is listed below. You will hear from us when it ships.";
/** Of a line that was not in stock when it was ordered. */
export const shipsLater = "ships when it is back in stock";

/** Behind a body that asks back, where replies are read. */
export const replyHere = "You can simply reply to this message.";

export const trackLabel = "Track your parcel";
/** `store` is null where its name cannot be written in an SMS. */
export const smsStart = (store: string | null, order: string, isPart: boolean): string =>
  store === null
    ? yourOrder(order, isPart)
    : `${store}: ${isPart ? "part of order" : "order"} ${order}`;
export const smsTrack = (link: string): string => ` Track: ${link}`;
export const smsCourier = (courier: string): string => ` with ${courier}`;

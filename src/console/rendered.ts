/** A message as it was sent, from the `rendered` column: what a person can be shown of it. */
import { isObject, textOf } from "../events/values";

export type Sent =
  | {
      readonly channel: "email";
      readonly subject: string;
      readonly html: string;
      readonly text: string;
    }
  | { readonly channel: "sms"; readonly text: string }
  | { readonly channel: "team"; readonly text: string; readonly blocks: string }
  /** Its body is that of the event. */
  | { readonly channel: "forward" };

function parse(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null;
  }
}

/** Null where nothing was rendered, or it cannot be read. */
export function parseSent(rendered: string | null): Sent | null {
  const stored = parse(rendered);
  const message = isObject(stored) ? stored["message"] : null;
  if (!isObject(message)) return null;
  const text = (name: string): string => textOf(message[name]) ?? "";
  switch (message["channel"]) {
    case "email":
      return {
        channel: "email",
        subject: text("subject"),
        html: text("html"),
        text: text("text"),
      };
    case "sms":
      return { channel: "sms", text: text("text") };
    case "team":
      return {
        channel: "team",
        text: text("text"),
        blocks: JSON.stringify(message["blocks"] ?? []),
      };
    case "forward":
      return { channel: "forward" };
    default:
      return null;
  }
}

/**
 * Compares requests with the providers' own SDK types, at compile time: the SDKs accept the fields of the API in camel
 * case (Resend) or with a lower-case first letter (Twilio). channels/team/note.ts has the types of Slack's blocks.
 */
import type { CreateEmailOptions, CreateEmailRequestOptions } from "resend";
import type { Twilio } from "twilio";
import { describe, expect, it } from "vitest";
import { type ResendRequest, resendRequest } from "../../src/notifications/channels/email/resend";
import type { EmailBinding } from "../../src/notifications/channels/email/cloudflare";
import {
  type WhatsAppRequest,
  whatsAppRequest,
} from "../../src/notifications/channels/whatsapp/message";
import { type TwilioRequest, twilioRequest } from "../../src/notifications/channels/sms/twilio";
import { channelsConfig } from "./providers";

type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail> & string>}`
  : Name;
type InCamelCase<Fields> = { [Key in keyof Fields as CamelCase<Key> & string]: Fields[Key] };
type InSmall<Fields> = { [Key in keyof Fields as Uncapitalize<Key & string>]: Fields[Key] };
/** Does not compile unless every `Given` is a `Wanted`, without fields that `Wanted` lacks. */
type Fits<Given extends Wanted, Wanted> =
  Exclude<
    Given extends unknown ? keyof Given : never,
    Wanted extends unknown ? keyof Wanted : never
  > extends never
    ? true
    : never;

type TwilioOptions = Parameters<Twilio["messages"]["create"]>[0];

describe("request shapes", () => {
  it("are those of the providers' own types", () => {
    const resend: Fits<InCamelCase<ResendRequest>, CreateEmailOptions> = true;
    const resendKey: "idempotencyKey" extends keyof CreateEmailRequestOptions ? true : never = true;
    const twilio: Fits<InSmall<TwilioRequest>, TwilioOptions> = true;
    const whatsApp: Fits<InSmall<WhatsAppRequest>, TwilioOptions> = true;
    const binding: SendEmail extends EmailBinding ? true : never = true;
    expect([resend, resendKey, twilio, whatsApp, binding]).toEqual(Array(5).fill(true));
  });

  it("carry one recipient, tags that Resend takes, and a reply address where there is one", () => {
    const message = {
      channel: "email",
      template: "order confirmed!",
      to: "asha@example.com",
      subject: "S",
      html: "<p>",
      text: "t",
    } as const;
    const { email } = channelsConfig;
    if (email === null) throw new Error("no e-mail configuration");
    expect(resendRequest(message, email)).toEqual({
      from: "Meera Handlooms <orders@shop.example>",
      to: "asha@example.com",
      subject: "S",
      html: "<p>",
      text: "t",
      reply_to: "help@shop.example",
      tags: [{ name: "template", value: "order_confirmed_" }],
    });
    expect(resendRequest(message, { ...email, replyTo: null })).not.toHaveProperty("reply_to");
  });

  it("name a messaging service where the sender is one", () => {
    const { sms } = channelsConfig;
    if (sms === null) throw new Error("no SMS configuration");
    const message = { channel: "sms", to: "+919812345678", text: "hello" } as const;
    expect(twilioRequest(message, sms)).toEqual({
      To: "+919812345678",
      Body: "hello",
      From: "+15005550006",
    });
    expect(twilioRequest(message, { ...sms, from: "MG123" })).toEqual({
      To: "+919812345678",
      Body: "hello",
      MessagingServiceSid: "MG123",
    });
  });

  it("name a content template and its variables for WhatsApp", () => {
    const { whatsapp } = channelsConfig;
    if (whatsapp === null) throw new Error("no WhatsApp configuration");
    const message = {
      channel: "whatsapp",
      to: "+919812345678",
      contentSid: "HX1",
      variables: { "1": "Meera", "2": "ORD-1" },
    } as const;
    expect(whatsAppRequest(message, whatsapp)).toEqual({
      To: "whatsapp:+919812345678",
      From: "whatsapp:+15005550009",
      ContentSid: "HX1",
      ContentVariables: '{"1":"Meera","2":"ORD-1"}',
    });
    expect(whatsAppRequest(message, { ...whatsapp, from: "MG123" })).toMatchObject({
      To: "whatsapp:+919812345678",
      MessagingServiceSid: "MG123",
    });
  });
});

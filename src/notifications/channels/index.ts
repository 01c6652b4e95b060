/** The channels that are configured, each behind the same interface; the others are null. */
import type { ChannelsConfig, ForwardConfig, Sender } from "../../config";
import type { EmailMessage, ForwardMessage, SmsMessage, TeamMessage } from "../message";
import type { Channel, ChannelDeps } from "./channel";
import { cloudflareEmailChannel, type EmailBinding } from "./email-cloudflare";
import { resendChannel } from "./email-resend";
import { forwardChannel } from "./forward";
import { twilioChannel } from "./sms-twilio";
import { slackChannel } from "./team-slack";

export interface Channels {
  readonly email: Channel<EmailMessage> | null;
  readonly sms: Channel<SmsMessage> | null;
  readonly team: Channel<TeamMessage> | null;
  readonly forward: Channel<ForwardMessage> | null;
  /** Where events are forwarded to, for the record and for the memory of a 410. */
  readonly forwardUrl: string | null;
}

/** Cloudflare's e-mail binding where it is bound, and who writes. */
export interface BoundEmail {
  readonly binding: EmailBinding;
  readonly sender: Sender;
}

/** Without query and credentials: it is stored with each row. */
function publicUrl(config: ForwardConfig): string {
  const { origin, pathname } = new URL(config.url);
  return `${origin}${pathname}`;
}

/** Resend where it is configured, else Cloudflare's binding where it is bound. */
export function createChannels(
  config: ChannelsConfig,
  deps: ChannelDeps,
  bound: BoundEmail | null = null,
): Channels {
  const ownEmail = bound === null ? null : cloudflareEmailChannel(bound.binding, bound.sender);
  return {
    email: config.email === null ? ownEmail : resendChannel(config.email, deps),
    sms: config.sms === null ? null : twilioChannel(config.sms, deps),
    team: config.team === null ? null : slackChannel(config.team, deps),
    forward: config.forward === null ? null : forwardChannel(config.forward, deps),
    forwardUrl: config.forward === null ? null : publicUrl(config.forward),
  };
}

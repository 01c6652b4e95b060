/** The settings of the channels; every provider accepts. */
const EMAIL = {
  RESEND_API_KEY: "re_bench",
  RESEND_BASE_URL: "http://127.0.0.1/resend",
  EMAIL_FROM: "Shop <orders@example.com>",
};
const TEAM = { SLACK_WEBHOOK_URL: "http://127.0.0.1/slack" };
const SMS = {
  TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcdef",
  TWILIO_AUTH_TOKEN: "bench",
  TWILIO_BASE_URL: "http://127.0.0.1/twilio",
  SMS_FROM: "+15005550006",
};

const ENDPOINT = {
  FORWARD_URL: "http://127.0.0.1/forward",
  FORWARD_SECRET: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
};

export const CHANNELS = {
  none: {},
  "e-mail, team": { ...EMAIL, ...TEAM },
  "e-mail, SMS, team": { ...EMAIL, ...SMS, ...TEAM },
  "e-mail, SMS, team, one endpoint": { ...EMAIL, ...SMS, ...TEAM, ...ENDPOINT },
} as const;
export type ChannelSet = keyof typeof CHANNELS;

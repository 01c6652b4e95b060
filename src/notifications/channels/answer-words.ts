/**
 * The words of a provider's answer that may be stored. Errors, alerts and logs are kept longer than the message, and an
 * answer may quote any part of it, such as a name or a street. So only these words are kept.
 */

const words: ReadonlySet<unknown> = new Set(
  // Resend (resend.com/docs/api-reference/errors).
  (
    "invalid_idempotency_key validation_error missing_api_key restricted_api_key invalid_api_key " +
    "not_found method_not_allowed invalid_idempotent_request concurrent_idempotent_requests " +
    "invalid_attachment invalid_from_address invalid_access invalid_parameter invalid_region " +
    "missing_required_field monthly_quota_exceeded daily_quota_exceeded rate_limit_exceeded " +
    "security_error application_error internal_server_error " +
    // Slack (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
    "invalid_payload user_not_found channel_not_found channel_is_archived action_prohibited " +
    "posting_to_general_channel_denied too_many_attachments no_service no_service_id no_team " +
    "team_disabled invalid_token no_active_hooks no_text invalid_blocks rollup_error"
  ).split(" "),
);

/** Twilio's codes have five digits (twilio.com/docs/api/errors); no telephone number is so short. */
function isCode(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 10_000 && value < 100_000;
}

/** Whether this part of an answer names its error and cannot contain personal data. */
export function isErrorWord(part: unknown): part is string | number {
  return words.has(part) || isCode(part);
}

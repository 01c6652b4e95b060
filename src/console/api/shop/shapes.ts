/** The input of the admin API for the shop's settings and the switches of messages. */
import * as z from "zod/mini";
import { channelNames } from "../../../notifications/channels";
import { VALUE_MAX_CHARACTERS } from "../../../notifications/shop/kinds";
import { templateNames } from "../../../notifications/templates";

export const settingBody = z.strictObject({
  value: z.string().check(z.minLength(1), z.maxLength(2 * VALUE_MAX_CHARACTERS)),
});

export const switchBody = z.strictObject({
  template: z.enum(templateNames),
  channel: z.enum(channelNames),
  is_on: z.boolean(),
});

/** Describes each kind of activity with words that follow a name, and names the page of its object. */
import type { ActivityKind, ActivityRow } from "../../store/activity/activity";
import type { Place } from "../links";
import { count } from "../text";

interface Words {
  readonly did: (times: number) => string;
  readonly place?: Place;
}

const said = (did: string, place?: Place): Words =>
  place === undefined ? { did: () => did } : { did: () => did, place };

const words: Readonly<Record<ActivityKind, Words>> = {
  signed_in: said("signed in"),
  signed_out: said("signed out"),
  sign_in_failed: { did: (times) => count(times, "failed sign-in") },
  replayed: { did: (times) => `replayed ${count(times, "event")}`, place: "events" },
  resent: { did: (times) => `resent ${count(times, "message")}`, place: "messages" },
  unsent_sent: { did: (times) => `made ${count(times, "unsent message")} due` },
  quiet_until_set: said("set quiet-until"),
  quiet_until_removed: said("removed quiet-until"),
  channel_forgotten: said("switched a channel off for good"),
  endpoint_add: said("added an endpoint", "endpoints"),
  endpoint_edit: said("changed an endpoint", "endpoints"),
  endpoint_delete: said("deleted an endpoint"),
  endpoint_pause: said("paused an endpoint", "endpoints"),
  endpoint_resume: said("resumed an endpoint", "endpoints"),
  endpoint_secret: said("looked at the secret of an endpoint", "endpoints"),
  endpoint_rotate: said("rotated the secret of an endpoint", "endpoints"),
  endpoint_test: said("tested an endpoint", "endpoints"),
  endpoint_replay: {
    did: (times) => `forwarded ${count(times, "stored event")} to an endpoint`,
    place: "endpoints",
  },
  rebuild_started: said("started a rebuild"),
  restored: { did: (times) => `restored ${count(times, "event")} from the archive` },
  imported: { did: (times) => `imported ${count(times, "order or event", "orders or events")}` },
  setting_changed: { did: (times) => `changed ${count(times, "setting")} of the shop` },
  text_changed: { did: (times) => `changed ${count(times, "text")} of messages` },
  message_switched: said("switched a message"),
  test_sent: said("sent a test message"),
  exported: said("exported what is stored about a person", "orders"),
  erased: said("erased a person"),
};

export function didWhat({ what, times }: ActivityRow): string {
  return words[what].did(times);
}

export function placeOf({ what, times }: ActivityRow): Place | null {
  return what === "replayed" && times > 1 ? null : (words[what].place ?? null);
}

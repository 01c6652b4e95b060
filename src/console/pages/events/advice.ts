/** Advice on an event that is not applied, by the kind of its error. */

const again = "A replay of the same body helps only after an update of this receiver.";

const kinds: readonly (readonly [error: RegExp, advice: string])[] = [
  [
    /^the body /,
    "If it is no event, find what else sends to this address with the secret. If it is an event of a new form, update this receiver, then replay.",
  ],
  [/: a refund under /, `Ask Commerce Engine to send it as a refund. ${again}`],
  [/no usable key|no field of/, `Ask Commerce Engine to send it with its number or id. ${again}`],
  [
    /^data/,
    `Correct the value where it comes from, and have it sent again: that is a new event, and this one can stay. ${again}`,
  ],
  [/no such (table|column)|no column/, "Apply the migrations to the database, then replay."],
  [/none of the 14/, "Once a version of this receiver knows the type, replay it."],
  [/^too old/, "If it has to count, raise DEDUPE_DAYS, then replay it."],
];

/** Null if there is nothing to do. */
export function adviceFor(status: string, error: string | null): string | null {
  const known = kinds.find(([kind]) => kind.test(error ?? ""))?.[1];
  if (known !== undefined || status !== "failed") return known ?? null;
  return "Look for its cause in the log of that time. Once that is over, replay it.";
}

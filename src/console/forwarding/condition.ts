/** The condition of an endpoint in words, for pages and for `doctor`, which runs outside the Worker. */

interface Standing {
  readonly id: string;
  readonly description: string;
  readonly status: "active" | "paused" | "disabled";
  readonly status_reason: string | null;
  /** Absent if the receiver is older. */
  readonly status_since?: string | null | undefined;
  readonly failing_since: string | null;
}

export type Condition = Standing["status"] | "failing";

/** Failing: active and retried, but a person should know. */
export function conditionOf({
  status,
  failing_since: since,
}: Pick<Standing, "status" | "failing_since">): Condition {
  return status === "active" && since !== null ? "failing" : status;
}

export function nameOf({ id, description }: Pick<Standing, "id" | "description">): string {
  return description === "" ? id : description;
}

/** The problem that needs a person, as a sentence; null if there is none. `lasting`: seconds in words. */
export function troubleOf(
  endpoint: Standing,
  now: Date,
  lasting: (seconds: number) => string,
): string | null {
  const { status_reason: reason, status_since = null, failing_since: failing } = endpoint;
  const condition = conditionOf(endpoint);
  if (condition === "active") return null;
  const sinceThen = (at: string): string =>
    lasting(Math.max(0, (now.getTime() - Date.parse(at)) / 1_000));
  const failingFor = failing === null ? "" : `failing for ${sinceThen(failing)}`;
  const name = `The endpoint ${nameOf(endpoint)}`;
  if (condition === "failing") return `${name} has been ${failingFor}.`;
  const is =
    status_since === null
      ? `is ${condition}`
      : `has been ${condition} for ${sinceThen(status_since)}`;
  const why = [failingFor, reason ?? ""].filter((text) => text !== "").join(", ");
  return `${name} ${is}${why === "" ? "" : `: ${why}`}.`;
}

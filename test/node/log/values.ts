/** The personal values of a body, found by the names of its fields at any depth. */

const whole = new Set([
  "email",
  "customer_email",
  "phone",
  "address_line1",
  "upi_id",
  "card_number",
]);

export interface PersonalValues {
  readonly emails: readonly string[];
  /** Each is long enough not to be in a log by chance. */
  readonly all: readonly string[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function walk(root: unknown): PersonalValues {
  const emails = new Set<string>();
  const all = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isRecord(value)) return;
    const { first_name: first, last_name: last, email } = value;
    if (typeof email === "string") emails.add(email.toLowerCase());
    if (typeof first === "string" && typeof last === "string") all.add(`${first} ${last}`);
    for (const [name, inner] of Object.entries(value)) {
      if (whole.has(name) && typeof inner === "string" && inner.length > 4) all.add(inner);
      else visit(inner);
    }
  };
  visit(root);
  return { emails: [...emails], all: [...all] };
}

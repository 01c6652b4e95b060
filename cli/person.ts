/** The person that a command is about: by e-mail address, telephone number, or both. */
import { Failure } from "./failure.ts";

export interface Person {
  readonly email?: string;
  readonly phone?: string;
}

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);
const isPhone = (text: string): boolean =>
  /^[+\d\s().-]+$/.test(text) && text.replaceAll(/\D/g, "").length >= 6;

/** `asha@example.com` and `+919876543210`, in any order. */
export function parsePerson(given: readonly string[]): Person {
  const emails = given.filter(isEmail);
  const phones = given.filter((text) => !isEmail(text) && isPhone(text));
  const strange = given.find((text) => !isEmail(text) && !isPhone(text));
  if (strange !== undefined) {
    throw new Failure(
      "usage",
      `${strange} is neither an e-mail address nor a phone number with its country code`,
    );
  }
  if (emails.length > 1 || phones.length > 1) {
    throw new Failure("usage", "One address and one number at a time: they are one person's");
  }
  const [email] = emails;
  const [phone] = phones;
  return { ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) };
}

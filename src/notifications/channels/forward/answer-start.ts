/**
 * The part of an endpoint's answer that is kept: its first characters, without personal data. An endpoint may repeat
 * what it was sent, so every word that is personal in the body is removed, and everything that looks like an address or
 * a number.
 */
import { eraseBody } from "../../../events/erased-body";
import { ATTEMPT_ANSWER_CHARACTERS, COMPARED_MAX_CHARACTERS } from "../../../limits";

const WORD = /[\p{L}\p{M}\p{N}]{2,}/gu;
const GONE = "…";

/** In one form: `\u0906` is a letter in JSON, and an accent may be a separate character. */
function readable(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .normalize("NFKC");
}

function wordsOf(text: string): readonly string[] {
  return readable(text).toLowerCase().match(WORD) ?? [];
}

/** The beginning, without a word or a number that is cut off: a part of one cannot be recognized as personal. */
function startOf(answer: string): string {
  const start = answer.slice(0, ATTEMPT_ANSWER_CHARACTERS);
  const whole =
    answer.length > start.length ? start.replace(/[\d\s().+-]*[^\s"'<>]*$/, GONE) : start;
  return readable(whole).replaceAll(/\s+/g, " ").trim();
}

/** The words of a body that an erasure would remove. */
function personalWords(body: string): ReadonlySet<string> {
  const kept = new Set(wordsOf(eraseBody(body)));
  return new Set(wordsOf(body).filter((word) => !kept.has(word)));
}

export function answerStart(answer: string, sent: string): string {
  const start = startOf(answer);
  if (wordsOf(start).length === 0) return start;
  if (sent.length > COMPARED_MAX_CHARACTERS) return GONE;
  const personal = personalWords(sent);
  return start
    .replaceAll(/[^\s"'<>]*@[^\s"'<>]*/g, GONE)
    .replaceAll(/\+?\d[\d\s().-]{5,}\d/g, GONE)
    .replaceAll(WORD, (word) => (personal.has(word.toLowerCase()) ? GONE : word));
}

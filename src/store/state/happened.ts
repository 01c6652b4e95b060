/**
 * When the event that set a register happened, read from the register's precedence in SQL: the time that the event
 * states, else its own date, else its first receipt. For messages that follow from state, and so have no event.
 */
import {
  DIGITS,
  EPOCH_MS,
  TIE_POSITION,
  TIME_DIGITS,
  TIME_POSITION,
  UNKNOWN_TIME,
} from "../../projection/precedence";

/** The number at `position` (counted from 1): milliseconds since 2000, plus one. */
function numberAt(precedence: string, position: number): string {
  const digits = Array.from({ length: TIME_DIGITS }, (_, place) => {
    const weight = DIGITS.length ** (TIME_DIGITS - 1 - place);
    const digit = `substr(${precedence}, ${String(position + place)}, 1)`;
    return `(instr('${DIGITS}', ${digit}) - 1) * ${String(weight)}`;
  });
  return digits.join(" + ");
}

/** ISO time; NULL if the precedence is empty, or if version 0.2 has written it. */
export function happenedAt(precedence: string): string {
  const time = `substr(${precedence}, ${String(TIME_POSITION)}, ${String(TIME_DIGITS)})`;
  const number = `iif(${time} > '${UNKNOWN_TIME}', ${numberAt(precedence, TIME_POSITION)}, ${numberAt(precedence, TIE_POSITION)})`;
  return `CASE WHEN ${precedence} LIKE '$%' THEN
    strftime('%Y-%m-%dT%H:%M:%fZ', (${number} + ${String(EPOCH_MS - 1)}) / 1000.0, 'unixepoch') END`;
}

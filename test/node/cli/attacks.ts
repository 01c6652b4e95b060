/** Texts that control a terminal, and the characters that must not reach one. */
export const attacks = [
  "\u001b]52;c;ZXZpbA==\u0007",
  "\u001b[2J\u001b[1;1H",
  "\u001b[31mred\u001b[0m",
  "\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\",
  "\u009b2J\u009d52;c;eA==\u009c",
  "\r\u001b[Kall is well",
  "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
  "a\u0008\u0008b\u0000c\u007f",
  "zero\u200bwidth\ufeff\u2060",
  "tag\u{e0041}\u{e007f}",
  "\u2028line\u2029",
  "ORD-1\u00ad\u034f\u115f\u1160\u180e\u3164\uffa0",
];

/** Line breaks are allowed: they are ours. */
export const hidden =
  /(?!\n)[\u034f\p{Cc}\u180e\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]/u;

/** The colour codes that a line may contain. */
export const OWN_COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[(1|2|22|31|32|33|36|39)m`, "g");

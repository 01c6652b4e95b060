/** The exit codes of a command, for scripts. */

export const exitCodes = {
  ok: { code: 0, meaning: "done; what was asked for holds" },
  problem: {
    code: 1,
    meaning: "a check failed, a signature is wrong, something is lost or not there",
  },
  usage: { code: 2, meaning: "the command line, a file or a setting cannot be used" },
  unreachable: { code: 3, meaning: "nothing answers at the URL, or not in time" },
  unauthorized: { code: 4, meaning: "the receiver does not accept the secret or the token" },
  refused: { code: 5, meaning: "the receiver refused what was sent, or answered with an error" },
  interrupted: { code: 130, meaning: "Ctrl-C" },
  terminated: { code: 143, meaning: "SIGTERM" },
} as const;

export type Ending = keyof typeof exitCodes;

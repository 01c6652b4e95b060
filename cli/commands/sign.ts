/** `sign` and `verify`: make the signature of a body, or check a given one. */
import { Command } from "commander";
import { signs } from "../../testbed/terminal/text.ts";
import { sign, SIGNATURE_HEADER } from "../../testbed/stories/index.ts";
import { type Cli, giveExamples, type JsonFlag, settingsOf, takeJson, takeSecret } from "../cli.ts";
import { Failure } from "../failure.ts";
import { readBody } from "../terminal/input.ts";
import { requireSecret, type SettingFlags } from "../settings.ts";
import { diagnose } from "../signature/diagnose.ts";

async function signBody(
  cli: Cli,
  file: string | undefined,
  flags: SettingFlags & JsonFlag,
): Promise<void> {
  const secret = requireSecret(settingsOf(cli, flags)).value;
  const body = await readBody(cli, file);
  const signature = await sign(body, secret);
  if (flags.json === true)
    cli.out.json({ header: SIGNATURE_HEADER, signature, bytes: body.length });
  else cli.out.print(signature);
}

export function signCommand(cli: Cli): Command {
  const command = new Command("sign")
    .summary("the signature of a body")
    .description("Prints the signature of a file or of standard input, byte for byte as it is.")
    .argument("[file]", "the body; - or nothing: standard input");
  takeSecret(command);
  takeJson(command);
  giveExamples(command, [
    ["ce-webhooks sign body.json", "the value of the header x-webhook-signature"],
    ["printf '{}' | ce-webhooks sign --dev-vars staging.vars", "with a secret from another file"],
  ]);
  return command.action((file: string | undefined, flags: SettingFlags & JsonFlag) =>
    signBody(cli, file, flags),
  );
}

interface VerifyFlags extends SettingFlags, JsonFlag {
  readonly signature: string;
}

async function verifyBody(cli: Cli, file: string | undefined, flags: VerifyFlags): Promise<void> {
  const { out } = cli;
  const settings = settingsOf(cli, flags);
  const secret = requireSecret(settings);
  const verdict = diagnose({
    body: Buffer.from(await readBody(cli, file)),
    signature: flags.signature,
    secret: secret.value,
    previous: settings.previousSecret?.value ?? null,
  });
  const { isValid, verifiedBy, reason, expected } = verdict;
  if (flags.json === true) out.json({ valid: isValid, verified_by: verifiedBy, reason, expected });
  else if (isValid) {
    out.print(`${out.colours.green(signs.ok)} right${reason === null ? "" : `: ${reason}`}`);
  } else {
    out.print(`expected  ${expected}`);
    out.print(`given     ${flags.signature.trim()}`);
  }
  if (!isValid) {
    throw new Failure(
      "problem",
      `The signature is wrong (secret from ${secret.source}): ${reason ?? "?"}`,
    );
  }
}

export function verifyCommand(cli: Cli): Command {
  const command = new Command("verify")
    .summary("whether a signature is right, and if not, why")
    .description("Says whether a signature belongs to a body, and if not, the likely reason.")
    .argument("[file]", "the body; - or nothing: standard input")
    .requiredOption("--signature <value>", "the signature that came with it");
  takeSecret(command);
  takeJson(command);
  giveExamples(command, [
    ["ce-webhooks verify body.json --signature 770d1d0b...", "exit code 0: right; 1: wrong"],
    ["ce-webhooks verify --signature 770d1d0b... < body.json", "of standard input"],
  ]);
  return command.action((file: string | undefined, flags: VerifyFlags) =>
    verifyBody(cli, file, flags),
  );
}

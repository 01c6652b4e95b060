/** docs/configuration.md, from the table of settings and the values that src/config.ts accepts. */
import { parseConfig } from "../../src/config.ts";
import { bindings } from "../settings/bindings.ts";
import { type Setting, type SettingGroup, settings } from "../settings/table.ts";

/** `RETENTION_DAYS is not usable and is ignored: expected days` -> `days`. */
export function expectedForm({ name, refused }: Setting): string {
  const [example] = refused;
  if (example === undefined) return "any text";
  const [problem = ""] = parseConfig({ [name]: example }).problems;
  return problem.split(": expected ")[1] ?? "";
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "\\<");
const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function settingRow(setting: Setting): readonly string[] {
  const { name, kind, description, otherwise, without } = setting;
  const form = expectedForm(setting);
  return [code(name), kind, description, code(otherwise ?? ""), form, without];
}

function section(group: SettingGroup): string {
  const rows = settings.filter((setting) => setting.group === group).map(settingRow);
  const head = ["name", "kind", "purpose", "default", "accepted", "if missing or unusable"];
  return `## ${group}\n\n${table(head, rows)}`;
}

const intro = `# Configuration

<!-- Made by "npm run docs" from tools/settings/ and src/config.ts. Change it there. -->

Set secrets with \`npx wrangler secret put NAME\`, or with \`npm run setup\`. Set vars under \`[vars]\` in
wrangler.toml (staging has its own: \`[env.staging.vars]\`). In development both come from \`.dev.vars\`;
\`.dev.vars.example\` lists all of them. Only \`CE_WEBHOOK_SECRET\` is required. A blank value counts as unset,
and white space around a value, such as the line break at the end of a file, is not part of it.

An unusable value never stops receipt. It counts as unset, a log line names the setting (never its value), and
\`GET /api/admin/settings\` and the console list it under problems. An endpoint must be an https URL; plain http
is accepted only on loopback.`;

const bindingRows = bindings.map(({ name, what, description, without }) => [
  code(name),
  what,
  description,
  without,
]);

export function configurationPage(): string {
  const groups = [...new Set(settings.map(({ group }) => group))];
  const bound = table(["binding", "what it is", "purpose", "if missing"], bindingRows);
  return `${[intro, ...groups.map(section), `## Bindings\n\n${bound}`].join("\n\n")}\n`;
}

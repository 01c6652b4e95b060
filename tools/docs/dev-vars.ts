/**
 * `.dev.vars.example`: every setting, most of them as comments. The others are the ones that a "Deploy to Cloudflare"
 * button asks for, with the questions in package.json.
 */
import { settings } from "../settings/table.ts";

export const askedByButton: readonly string[] = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN"];

const head = `# Made by "npm run docs" from tools/settings/table.ts, as is docs/configuration.md.
# Copy it to .dev.vars for local development; \`npm start\` creates one with a random secret.
# In production, set each secret with \`npx wrangler secret put NAME\`, and each var in wrangler.toml.
`;

/** In dotenv's syntax, with a quotation mark that the value does not contain. */
function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

export function devVarsExample(): string {
  const groups = [...new Set(settings.map(({ group }) => group))];
  const blocks = groups.map((group) => {
    const lines = settings
      .filter((setting) => setting.group === group)
      .map(({ name, description, example }) => {
        const off = askedByButton.includes(name) ? "" : "# ";
        return `# ${description}\n${off}${name}=${quoted(example)}\n`;
      });
    return `\n# -- ${group} --\n${lines.join("")}`;
  });
  return head + blocks.join("");
}

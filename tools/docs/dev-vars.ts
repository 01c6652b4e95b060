/**
 * `.dev.vars.example`: every setting, most of them as comments. What is not one is asked for by a
 * "Deploy to Cloudflare" button; package.json has the words for it.
 */
import { settings } from "../settings/table.ts";

export const askedByButton: readonly string[] = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN"];

const head = `# Made by "npm run docs" from tools/settings/table.ts, as is docs/configuration.md.
# Copy to .dev.vars for local development; \`npm start\` makes one with a random secret.
# In production each secret is set with \`npx wrangler secret put NAME\`, each var in wrangler.toml.
`;

/** As dotenv reads it: quoted by whatever the value does not hold. */
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

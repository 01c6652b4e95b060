/** `.dev.vars.example`: every setting, all but the required one as a comment. */
import { settings } from "../settings/table.ts";

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
        const off = name === "CE_WEBHOOK_SECRET" ? "" : "# ";
        return `# ${description}\n${off}${name}=${quoted(example)}\n`;
      });
    return `\n# -- ${group} --\n${lines.join("")}`;
  });
  return head + blocks.join("");
}

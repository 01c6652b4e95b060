/** Every file that is generated from the code, by path. The formatter lays out Markdown afterwards. */
import { commandLinePage } from "./command-line.ts";
import { configurationPage } from "./configuration.ts";
import { devVarsExample } from "./dev-vars.ts";
import { notificationsPage } from "./notifications.ts";

export interface MadePage {
  readonly path: string;
  readonly text: string;
}

export async function madePages(): Promise<readonly MadePage[]> {
  return [
    { path: "docs/cli.md", text: await commandLinePage() },
    { path: "docs/configuration.md", text: configurationPage() },
    { path: "docs/notifications.md", text: await notificationsPage() },
    { path: ".dev.vars.example", text: devVarsExample() },
  ];
}

/** Every file that is made from the code, by its path. Markdown is laid out by the formatter afterwards. */
import { configurationPage } from "./configuration.ts";
import { devVarsExample } from "./dev-vars.ts";

export interface MadePage {
  readonly path: string;
  readonly text: string;
}

export function madePages(): readonly MadePage[] {
  return [
    { path: "docs/configuration.md", text: configurationPage() },
    { path: ".dev.vars.example", text: devVarsExample() },
  ];
}

/** The mark on every page of a receiver outside production. */
import { createContext, useContext } from "hono/jsx";
import { PRODUCTION } from "../page-context";

/** The name of the page's environment. */
export const Environment = createContext<string>(PRODUCTION);

export function EnvironmentMark() {
  const name = useContext(Environment);
  if (name === PRODUCTION) return null;
  return (
    <p class="environment" role="note">
      <b>{name}</b> Customers’ messages go only to those on the allowlist.
    </p>
  );
}

/** `Orders` -> `staging: Orders`, for browser tabs. */
export function titleIn(environment: string, title: string): string {
  return environment === PRODUCTION ? title : `${environment}: ${title}`;
}

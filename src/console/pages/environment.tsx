/** The mark on every page of a receiver that is not in production. */
import { createContext, useContext } from "hono/jsx";
import { PRODUCTION } from "../page-context";

/** The name of the environment that a page is of. */
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

/** `Orders` -> `staging: Orders`, for the tabs of a browser. */
export function titleIn(environment: string, title: string): string {
  return environment === PRODUCTION ? title : `${environment}: ${title}`;
}

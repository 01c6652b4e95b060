/** The mark on every page of a receiver outside production. */
import { PRODUCTION } from "../page-context";
import { pageFrame } from "./frame";

export function EnvironmentMark() {
  const { environment } = pageFrame();
  if (environment === PRODUCTION) return null;
  return (
    <p class="environment" role="note">
      <b>{environment}</b> Customers’ messages go only to those on the allowlist.
    </p>
  );
}

/** `Orders` -> `staging: Orders`, for browser tabs. */
export function titleIn(environment: string, title: string): string {
  return environment === PRODUCTION ? title : `${environment}: ${title}`;
}

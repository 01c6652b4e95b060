/** Signs in to the console as a person does. */
import { fetchWith, ORIGIN } from "./receiver";

/** The cookie of the session, as a browser would send it. */
export async function signIn(token: string): Promise<string> {
  const request = new Request(`${ORIGIN}/console/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ token }),
    headers: { origin: ORIGIN },
    redirect: "manual",
  });
  const response = await fetchWith({ ADMIN_TOKEN: token }, request);
  return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

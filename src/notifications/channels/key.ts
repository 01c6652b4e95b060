/** Ids as header values: idempotency keys and webhook ids. */
import { sha256 } from "../../digest";

const KEY_MAX_CHARACTERS = 256;

/**
 * The id itself if a header can carry it, else `sha256:` and its hash: printable ASCII without spaces, at most 256
 * characters (Resend's limit). Equal ids give equal keys.
 */
export async function headerKey(id: string): Promise<string> {
  if (id.length <= KEY_MAX_CHARACTERS && /^[\x21-\x7e]+$/.test(id)) return id;
  return `sha256:${(await sha256(id)).toHex()}`;
}

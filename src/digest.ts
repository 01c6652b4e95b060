/** SHA-256 and HMAC-SHA256 with WebCrypto: text or bytes in, bytes out. */

type Data = string | ArrayBuffer | ArrayBufferView;

const algorithm = { name: "HMAC", hash: "SHA-256" };

function bytesOf(data: Data): ArrayBuffer | ArrayBufferView {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

export async function sha256(data: Data): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(data)));
}

export async function importKey(secret: Data): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", bytesOf(secret), algorithm, false, ["sign"]);
}

export async function hmac(key: CryptoKey, data: Data): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(algorithm, key, bytesOf(data)));
}

/** The upper limit: a Worker that only verifies the signature, stores nothing and answers. */
const encoder = new TextEncoder();
let key: CryptoKey | null = null;

export async function verified(request: Request, secret: string): Promise<Uint8Array | null> {
  const body = new Uint8Array(await request.arrayBuffer());
  key ??= await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const hex = request.headers.get("x-webhook-signature") ?? "";
  const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return (await crypto.subtle.verify("HMAC", key, signature, body)) ? body : null;
}

export default {
  async fetch(request: Request, env: { readonly CE_WEBHOOK_SECRET: string }): Promise<Response> {
    const body = await verified(request, env.CE_WEBHOOK_SECRET);
    return body === null
      ? Response.json({ error: "Invalid signature" }, { status: 401 })
      : Response.json({ received: true });
  },
};

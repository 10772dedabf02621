const encoder = new TextEncoder();

export const hexadecimal = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** SHA-256 of a text, hexadecimal. */
export const digestOf = async (text: string): Promise<string> =>
  hexadecimal(await crypto.subtle.digest("SHA-256", encoder.encode(text)));

/** Whether two texts are the same, in a time that does not depend on where they differ. */
export async function isSame(one: string, other: string): Promise<boolean> {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  if (!("type" in key)) throw new Error("HMAC made a pair of keys");
  return crypto.subtle.verify(
    "HMAC",
    key,
    await crypto.subtle.sign("HMAC", key, encoder.encode(one)),
    encoder.encode(other),
  );
}

/** Whether the hexadecimal signature is the HMAC-SHA-256 of the text under the secret. */
export async function isSignedBy(secret: string, text: string, signature: string): Promise<boolean> {
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const bytes = signature.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  return crypto.subtle.verify("HMAC", key, new Uint8Array(bytes), encoder.encode(text));
}

/** Random and not to be guessed: 256 bits, hexadecimal. */
export const newToken = (): string => hexadecimal(crypto.getRandomValues(new Uint8Array(32)).buffer);

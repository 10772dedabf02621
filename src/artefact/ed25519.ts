import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/** Ed25519 over a text, base64. @param privateKey PKCS #8, base64 */
export const signatureOver = (privateKey: string, text: string): string =>
  sign(
    null,
    Buffer.from(text),
    createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" }),
  ).toString("base64");

/** Whether the holder of the key signed exactly this text. @param publicKey SPKI, base64 */
export function isSignatureOver(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** The public half of a private key, SPKI in base64; undefined for what is no Ed25519 key. */
export function publicHalf(privateKey: string): string | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" });
    if (key.asymmetricKeyType !== "ed25519") return undefined;
    return createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

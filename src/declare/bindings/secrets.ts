import type { StageText } from "./stage-text.ts";

/**
 * A secret of the account's Secrets Store, bound by {@link secretsStoreSecret}.
 *
 * @example
 * const key: SecretsStoreSecret = secretsStoreSecret({ storeId: "8f7e…", secretName: "stripe" });
 */
export interface SecretsStoreSecret {
  readonly kind: "secretsStoreSecret";
  /** Id of the store, 32 hexadecimal digits. */
  readonly storeId: StageText;
  /** The secret's name in it. */
  readonly secretName: StageText;
}

/**
 * Binds a secret that is in the account's Secrets Store already: `await env.KEY.get()`. The stack neither has nor sees its value.
 *
 * @example
 * worker("shop", { ...settings, env: { KEY: secretsStoreSecret({ storeId: "8f7e…", secretName: "stripe" }) } });
 */
export const secretsStoreSecret = (options: Omit<SecretsStoreSecret, "kind">): SecretsStoreSecret => ({
  kind: "secretsStoreSecret",
  ...options,
});

/**
 * A key for cryptography whose bytes the code never sees, bound by {@link secretKey}.
 *
 * @example
 * const key: SecretKey = secretKey("signing", { format: "raw", algorithm: { name: "HMAC", hash: "SHA-256" }, usages: ["sign"] });
 */
export interface SecretKey {
  readonly kind: "secretKey";
  /** Its name in the stack's secrets. */
  readonly secret: string;
  /** What the stack's secret holds: base64 of the key in this format, or the text of a JSON Web Key. */
  readonly format: "raw" | "pkcs8" | "spki" | "jwk";
  /** The algorithm as `crypto.subtle.importKey` takes it. */
  readonly algorithm: string | Readonly<Record<string, unknown>>;
  /** What the code may do with it. */
  readonly usages: readonly (
    | "encrypt"
    | "decrypt"
    | "sign"
    | "verify"
    | "deriveKey"
    | "deriveBits"
    | "wrapKey"
    | "unwrapKey"
  )[];
}

/**
 * Binds a secret of the stack as a `CryptoKey` that cannot be exported. A secret that nobody has set is refused in the preview.
 *
 * @param secret its name in the stack's secrets: `npx lockstep secret dev signing` sets it
 * @example
 * const signing = secretKey("signing", { format: "raw", algorithm: { name: "HMAC", hash: "SHA-256" }, usages: ["sign"] });
 * worker("api", { ...settings, env: { SIGNING: signing } }); // await crypto.subtle.sign("HMAC", env.SIGNING, bytes)
 */
export const secretKey = (secret: string, options: Omit<SecretKey, "kind" | "secret">): SecretKey => ({
  kind: "secretKey",
  secret,
  ...options,
});

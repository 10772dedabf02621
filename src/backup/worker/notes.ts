import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

/** What a worker writes for its next invocation where others read: where it goes on is a row's key, which may be somebody's data. */
export interface Notes {
  readonly seal: (text: string) => Promise<string>;
  /** Undefined for what another key sealed, or what is damaged: then it is begun anew. */
  readonly open: (sealed: string) => Promise<string | undefined>;
}

/** @param identity of age, which nobody else has */
export const notesWith = (identity: string): Notes => ({
  seal: async (text) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    return Buffer.from(await encrypter.encrypt(text)).toString("base64");
  },
  open: async (sealed) => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    try {
      return await decrypter.decrypt(Buffer.from(sealed, "base64"), "text");
    } catch {
      return undefined;
    }
  },
});

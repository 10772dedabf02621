/** What is known of a document by its key alone: `<prefix><company>/…/<title>.<extension>`, or without a company. */
export interface Named {
  /** 32 hexadecimal characters, the same for the same key: with a chunk's number behind it short enough for a vector's id. */
  readonly id: string;
  readonly title: string;
  /** The folder under the prefix; null where the object lies in none. */
  readonly company: string | null;
}

/** Names a document after its key. */
export async function named(key: string): Promise<Named> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const id = [...new Uint8Array(digest).slice(0, 16)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const parts = key.split("/").filter((part) => part !== "");
  const file = parts.at(-1) ?? key;
  return {
    id,
    title: file.replace(/\.[^.]+$/, "") || file,
    company: companyOf(parts),
  };
}

/** `documents/acme/plan.md` and `test-ann/acme/plan.md` are acme's; `documents/plan.md` is nobody's. */
const companyOf = (parts: readonly string[]): string | null => (parts.length > 2 ? (parts[1] ?? null) : null);

/** The id of a document's chunk, in the database and in the index. */
export const chunkId = (documentId: string, position: number): string => `${documentId}#${position}`;

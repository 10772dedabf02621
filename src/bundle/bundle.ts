import { createHash } from "node:crypto";

/** A worker's code as it is uploaded. */
export interface Bundle {
  /** SHA-256 of all modules, hexadecimal: the same source gives the same digest in every clone. */
  readonly digest: string;
  /** Name of the module with the worker's exports. */
  readonly mainModule: string;
  readonly modules: readonly Module[];
}

export interface Module {
  readonly name: string;
  readonly contentType: string;
  /** From the project's root. */
  readonly contentFile: string;
}

/** A worker's static files as they are uploaded. Paths start at the project's root. */
export interface Site {
  readonly directory: string;
  /** Files that say how the others are answered with: Cloudflare wants them among the modules. */
  readonly modules: readonly Module[];
}

/** What is uploaded for a worker: code, static files, or both. */
export interface Code {
  readonly bundle: Bundle | undefined;
  readonly site: Site | undefined;
}

/** The digest of modules; order and names count. */
export function digestOf(
  modules: readonly { readonly name: string; readonly contents: Uint8Array }[],
): string {
  const hash = createHash("sha256");
  for (const { name, contents } of modules) hash.update(`${name}\0${contents.length}\0`).update(contents);
  return hash.digest("hex");
}

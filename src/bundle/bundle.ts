import { createHash } from "node:crypto";
import type { PagesFolders } from "./pages/compile.ts";

/** Where bundles are kept, from the project's root. The path is part of the state, so it names the content and no machine. */
export const bundlesFolder = ".lockstep/bundles";

/** What a worker is made from: its entry module, or the folders of a Pages project; from the project's root. */
export type Source =
  | { readonly main: string; readonly pages?: undefined }
  | { readonly main?: undefined; readonly pages: PagesFolders };

/** What the code of a worker is made from, undefined for one without. */
export const sourceOf = ({
  main,
  pages,
}: {
  readonly main?: string;
  readonly pages?: PagesFolders;
}): Source | undefined => (pages !== undefined ? { pages } : main !== undefined ? { main } : undefined);

/** A worker's code as it is uploaded. */
export interface Bundle {
  /** SHA-256 of all modules, hexadecimal: the same source gives the same digest in every clone. */
  readonly digest: string;
  /** Name of the module with the worker's exports. */
  readonly mainModule: string;
  readonly modules: readonly Module[];
  /** Names that the main module exports. @default - not known: it hands on all that a module of the runtime exports */
  readonly exports?: readonly string[];
  /** Of a Pages project: paths that its code is asked for before its static files. */
  readonly workerFirst?: true | readonly string[];
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
  /** Names that the main module exports. @default - not known: it hands on all that a module of the runtime exports */
  readonly exports?: readonly string[];
  /** Of a Pages project, which declares none itself. @default - those of the declaration */
  readonly settings?: SiteSettings;
}

/** How static files are answered with, in Cloudflare's words. */
export interface SiteSettings {
  readonly notFoundHandling: "single-page-application" | "404-page" | "none";
  readonly runWorkerFirst: true | readonly string[];
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

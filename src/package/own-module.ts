import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The file of one of the library's own modules, for what is loaded by path (a spawned script, a plugin): in this repository it is TypeScript, in the
 * installed package JavaScript, because Node strips no types under `node_modules`. It has the extension of the module that asks.
 *
 * @param from the asking module's `import.meta`
 * @param module relative to the asking module, without extension
 * @returns an absolute path
 * @example
 * const plugin = ownModule(import.meta, "./plugin"); // …/cell/plugin.ts, or …/cell/plugin.js
 */
export const ownModule = (from: Pick<ImportMeta, "url">, module: string): string =>
  fileURLToPath(new URL(`${module}${extname(new URL(from.url).pathname)}`, from.url));

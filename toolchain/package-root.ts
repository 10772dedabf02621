import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/**
 * The folder in which the library's code lies as it does in this repository (`src`, `embedded`, `toolchain`, `cli`, `policy`): the repository itself, or `dist` of
 * the installed package. Not the user's project: that one's folder is in {@link Places}.
 */
export const codeRoot = dirname(import.meta.dirname);

/** The folder of the library's package.json. */
export const packageRoot = existsSync(join(codeRoot, "package.json")) ? codeRoot : dirname(codeRoot);

/**
 * The file of one of the library's modules, by its place in the repository without extension: TypeScript here, JavaScript in the package.
 * @example
 * spawn(process.execPath, [codeFile("embedded/main")]);
 */
export const codeFile = (module: string, code = codeRoot): string =>
  join(code, `${module}${extname(import.meta.filename)}`);

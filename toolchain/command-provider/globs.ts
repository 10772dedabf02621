import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The files under `folder` that the globs name, as paths relative to it with `/`. Globs apply in order; one that begins with `!` takes files out again.
 * `*` matches anything but `/`, `**` anything.
 */
export function globFiles(folder: string, globs: readonly string[]): string[] {
  const rules = globs.map((glob) =>
    glob.startsWith("!")
      ? { adds: false, pattern: globPattern(glob.slice(1)) }
      : { adds: true, pattern: globPattern(glob) },
  );
  return filesUnder(folder, "").filter((file) =>
    rules.reduce((chosen, { adds, pattern }) => (pattern.test(file) ? adds : chosen), false),
  );
}

function filesUnder(folder: string, prefix: string): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    );
}

/** The glob language of the official provider: `*`, `**`, `?`, `[abc]`, `[!a-z]`, `{a,b}`, and a backslash before a character meant as itself. */
export function globPattern(glob: string): RegExp {
  let source = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const char = glob.charAt(at);
    if (char === "*") {
      const any = glob.charAt(at + 1) === "*";
      source += any ? ".*" : "[^/]*";
      if (any) at += 1;
    } else if (char === "?") source += "[^/]";
    else if (char === "\\") source += literal(glob.charAt(++at));
    else if (char === "{") {
      depth += 1;
      source += "(?:";
    } else if (char === "}" && depth > 0) {
      depth -= 1;
      source += ")";
    } else if (char === "," && depth > 0) source += "|";
    else if (char === "[") {
      const end = glob.indexOf("]", at + 2);
      if (end < 0) throw new Error(`the glob "${glob}" has an unclosed [`);
      const inside = glob.slice(at + 1, end);
      source += inside.startsWith("!")
        ? `[^${inside.slice(1).replace(/[\\\]^]/g, "\\$&")}]`
        : `[${inside.replace(/[\\\]^]/g, "\\$&")}]`;
      at = end;
    } else source += literal(char);
  }
  if (depth > 0) throw new Error(`the glob "${glob}" has an unclosed {`);
  return new RegExp(`^${source}$`, "s");
}

const literal = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

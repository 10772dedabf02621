/** A line of an `.assetsignore`, which is read as a `.gitignore` is. */
interface Rule {
  /** Matches a whole path without a leading slash. */
  readonly matches: RegExp;
  readonly foldersOnly: boolean;
  /** A line with `!` takes back what lines before it left out. */
  readonly ignores: boolean;
}

/** Says of a file, such as `img/a.png`, whether the lines leave it out: itself, or a folder that it is in. */
export function ignoredBy(text: string): (path: string) => boolean {
  const rules = text.split(/\r?\n/).flatMap(ruleOf);
  const decides = (path: string, isFolder: boolean): boolean =>
    rules.findLast(({ matches, foldersOnly }) => (isFolder || !foldersOnly) && matches.test(path))
      ?.ignores === true;
  return (path) => {
    const parts = path.split("/");
    return parts.some((_, at) => decides(parts.slice(0, at + 1).join("/"), at < parts.length - 1));
  };
}

function ruleOf(line: string): readonly Rule[] {
  const pattern = line.replace(/(?<!\\)[ \t]+$/, "");
  if (pattern === "" || pattern.startsWith("#")) return [];
  const ignores = !pattern.startsWith("!");
  const bare = ignores ? pattern : pattern.slice(1);
  const foldersOnly = bare.endsWith("/");
  const glob = bare.replace(/\/$/, "");
  // A slash before the end ties a pattern to the top of the folder.
  const start = glob.includes("/") ? "^" : "^(?:.*/)?";
  return [{ matches: new RegExp(`${start}${source(glob.replace(/^\//, ""))}$`), foldersOnly, ignores }];
}

/** The regular expression of a glob. */
const source = (glob: string): string =>
  glob.replace(
    /\\(.)|\*\*\/|\/\*\*$|\*+|\?|\[(!?)((?:\\.|[^\]\\])+)\]|[.+^${}()|\\[\]]/g,
    (token, escaped?: string, not?: string, characters?: string) => {
      if (escaped !== undefined) return escaped.replace(/[^\w\s]/, "\\$&");
      if (characters !== undefined) return `[${not === "!" ? "^" : ""}${characters.replace(/\[/g, "\\[")}]`;
      if (token === "**/") return "(?:.*/)?";
      if (token === "/**") return "/.*";
      if (token.startsWith("*")) return "[^/]*";
      return token === "?" ? "[^/]" : `\\${token}`;
    },
  );

/** How a path is recognized, and which of its parts the code gets by name. */
export interface Pattern {
  /** Source of a regular expression without flags; the router asks it without regard to case, as Pages does. */
  readonly source: string;
  readonly params: readonly Param[];
}

/** A parameter of a route, in the order of the expression's groups. */
export interface Param {
  readonly name: string;
  /** Any number of segments, given as a list: `[[name]]`. */
  readonly repeats: boolean;
}

/** Whether a path has to end where the pattern does, or may go on with another segment. */
export type Extent = "whole" | "start";

const segment = "[^\\/#\\?]+?";

/** A route, such as `/notes/:id` or `/files/:path*`, as an expression; what Pages makes of it with path-to-regexp 6. */
export function patternOf(route: string, extent: Extent): Pattern {
  const params: Param[] = [];
  let source = "^";
  let text = "";
  for (const [part, name, repeats] of route.matchAll(/\/?:(\w+)(\*)?|[^:]/g)) {
    if (name === undefined) {
      text += part;
      continue;
    }
    source += escaped(text);
    params.push({ name, repeats: repeats !== undefined });
    if (part.startsWith("/"))
      source +=
        repeats === undefined ? `(?:\\/(${segment}))` : `(?:\\/((?:${segment})(?:\\/(?:${segment}))*))?`;
    else source += `(${text.includes("/") ? segment : `(?:(?!${escaped(text)})[^\\/#\\?])+?`})`;
    text = "";
  }
  return { source: `${source}${escaped(text)}${endOf(text, extent)}`, params };
}

/** `last` is the text after the last parameter. */
function endOf(last: string, extent: Extent): string {
  if (extent === "whole") return "[\\/#\\?]?$";
  const slash = "(?:[\\/#\\?](?=$))?";
  return last.endsWith("/") ? slash : `${slash}(?=[\\/#\\?]|$)`;
}

const escaped = (text: string): string => text.replace(/[.+*?=^!:${}()[\]|/\\]/g, "\\$&");

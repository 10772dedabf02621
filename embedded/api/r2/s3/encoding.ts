/** As AWS writes a text into an address: everything but letters, digits and `-._~`. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A path, its slashes kept. */
export const encodedPath = (path: string): string => path.split("/").map(encoded).join("/");

/** A piece of an address as it was meant; what is no proper encoding is meant as it stands. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The parameters of an address: `+` is a plus, as AWS signs it, and no space. */
export const parametersOf = (query: string): readonly (readonly [string, string])[] =>
  query
    .split("&")
    .filter((each) => each !== "")
    .map((each) => {
      const at = each.indexOf("=");
      return at === -1
        ? ([decoded(each), ""] as const)
        : ([decoded(each.slice(0, at)), decoded(each.slice(at + 1))] as const);
    });

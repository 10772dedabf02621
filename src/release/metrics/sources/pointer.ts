/** What a JSON pointer (RFC 6901) points at: `/data/0/a~1b`; undefined where there is nothing. */
export function pointedAt(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  let at = value;
  for (const part of pointer.slice(1).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(name)) return undefined;
    at = new Map<string, unknown>(Object.entries(at)).get(name);
  }
  return at;
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Takes a long text out of a JSON text without reading it: V8 would copy it several times on its way into a string and out of it.
 * @param name of the property that has it. Within a text its quotes would be escaped, so that what looks like a property is one
 */
export function cutOut(
  parts: readonly Buffer[],
  name: string,
): { readonly text: string; readonly long: Buffer | undefined } {
  const bytes = Buffer.concat(parts);
  const before = `"${name}":`;
  const at = bytes.indexOf(`${before}"`);
  const begin = at + before.length + 1;
  const end = at < 0 ? -1 : closingQuote(bytes, begin);
  if (end < 0) return { text: bytes.toString(), long: undefined };
  const text = `${bytes.toString("utf8", 0, begin - 1)}null${bytes.toString("utf8", end + 1)}`;
  return { text, long: bytes.subarray(begin, end) };
}

/** The first quote with no backslash before it, or with an even number of them. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let end = bytes.indexOf(quote, from); end >= 0; end = bytes.indexOf(quote, end + 1)) {
    let first = end;
    while (first > from && bytes[first - 1] === backslash) first--;
    if ((end - first) % 2 === 0) return end;
  }
  return -1;
}

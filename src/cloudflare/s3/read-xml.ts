const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Undefined for a number that is no character's. */
const character = (code: number): string | undefined =>
  code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return character(Number(decimal)) ?? whole;
    if (hex !== undefined) return character(Number.parseInt(hex, 16)) ?? whole;
    return entities[name] ?? whole;
  });

/** What is in each element of the name, as raw XML: enough for what S3's clients and servers send each other. */
export const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`, "g"))].map(
    (found) => found[1] ?? "",
  );

/** The text of the first element of the name. */
export function element(xml: string, name: string): string | undefined {
  const [found] = elements(xml, name);
  return found === undefined ? undefined : unescaped(found);
}

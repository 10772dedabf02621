/** A piece of XML: texts are escaped, elements nest, nothing is left out silently. */
export type Xml = string | number | boolean | readonly Xml[] | { readonly [name: string]: Xml | undefined };

/** A document with one root element, in S3's namespace. */
export const xmlDocument = (root: string, content: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner(content)}</${root}>`;

/** Errors have no namespace. */
export const xmlError = (fields: Readonly<Record<string, string>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error>${inner(fields)}</Error>`;

function inner(content: Xml): string {
  if (typeof content !== "object") return escaped(String(content));
  if (isList(content)) return content.map(inner).join("");
  return Object.entries(content)
    .map(([name, value]) => (value === undefined ? "" : element(name, value)))
    .join("");
}

/** A list is its element repeated. */
const element = (name: string, value: Xml): string =>
  typeof value === "object" && isList(value)
    ? value.map((each) => element(name, each)).join("")
    : `<${name}>${inner(value)}</${name}>`;

const isList = (value: Xml): value is readonly Xml[] => Array.isArray(value);

const escaped = (text: string): string =>
  text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

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

/** What is in each element of the name, as raw XML: enough for the two requests that S3 clients send lists in. */
export const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`, "g"))].map(
    (found) => found[1] ?? "",
  );

/** The text of the first element of the name. */
export function textOf(xml: string, name: string): string | undefined {
  const [found] = elements(xml, name);
  return found === undefined ? undefined : unescaped(found);
}

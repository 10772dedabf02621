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

/** HTTP headers that R2 keeps with an object, and R2's own words for them. */
export const httpHeaders: Readonly<Record<string, string>> = {
  "content-type": "contentType",
  "content-language": "contentLanguage",
  "content-disposition": "contentDisposition",
  "content-encoding": "contentEncoding",
  "cache-control": "cacheControl",
  expires: "cacheExpiry",
};

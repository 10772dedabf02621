/** A metadata value as R2 stores it: what a client encoded by RFC 2047 is decoded. */
export const fromHeader = (value: string): string =>
  value.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, encoding: string, text: string) =>
    encoding.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("utf8") : quotedPrintable(text),
  );

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text
      .replaceAll("_", " ")
      .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

/** The same as a header carries it. */
export const toHeader = (value: string): string =>
  /^[\t -~]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;

/** Names beyond ASCII are left out, and counted in `x-amz-missing-meta`. */
export const isHeaderName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);

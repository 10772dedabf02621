import { ApiError } from "./service.ts";

/** Far more than any body has; what is deeper could be read, but no longer be checked, kept or shown. */
const maximumDepth = 500;

/** Refuses JSON whose arrays and objects lie in one another so deep that walking over them would end the process. */
export function requireShallow(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = closingQuote(text, at + 1);
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > maximumDepth)
        throw new ApiError(
          400,
          6003,
          `Could not parse the request body as JSON: its arrays and objects lie more than ${maximumDepth} deep in one another`,
        );
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
}

/** Where a string ends: a quote behind an odd number of backslashes is part of it. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = end;
    while (slashes > from && text.charCodeAt(slashes - 1) === 0x5c) slashes -= 1;
    if ((end - slashes) % 2 === 0) return end;
  }
  return text.length;
}

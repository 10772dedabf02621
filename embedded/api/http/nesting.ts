import { ApiError } from "./service.ts";

/** Far more than any body has; what is deeper could be read, but no longer be checked, kept or shown. */
const maximumDepth = 500;

/** Refuses JSON whose arrays and objects lie in one another so deep that walking over them would end the process. */
export function requireShallow(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 0x5c)
        at += 1; // a backslash
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
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

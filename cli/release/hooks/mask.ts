/** What stands where a secret stood. */
const masked = "***";
/** Of a hook's output, that a journal keeps. */
const mostCharacters = 2_000;

/**
 * The end of an output without secrets: as they are, and as they stand in a URL, in JSON and in base64.
 * @param isCut the output's beginning is missing, and may be the end of a secret
 */
export function maskedEnd(output: string, secrets: readonly string[], isCut = false): string {
  const forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length);
  const longest = forms[0]?.length ?? 0;
  let text = isCut ? output.slice(longest) : output;
  for (const form of forms) text = text.replaceAll(form, masked);
  const trimmed = text.trimEnd();
  return trimmed.length <= mostCharacters ? trimmed : `… ${trimmed.slice(-mostCharacters)}`;
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString("base64");
  const forms = [
    secret,
    ...secret.split(/\r?\n/).map((line) => line.trim()),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
  ];
  return [...new Set(forms.filter((form) => form !== ""))];
}

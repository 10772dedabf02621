/** SHA-256 of texts, as 64 hexadecimal characters. Where one text ends and the next begins is part of it. */
export async function digest(...parts: readonly string[]): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 256 random bits, as text that may stand in a URL or a cookie. */
export const randomToken = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

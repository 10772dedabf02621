/** Whether a request has the key. Compares digests, so that the time taken tells nothing about the key. */
export async function isHolder(request, key) {
  const authorization = request.headers.get("authorization") ?? "";
  return crypto.subtle.timingSafeEqual(await digest(authorization), await digest(`Bearer ${key}`));
}

const digest = async (text) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

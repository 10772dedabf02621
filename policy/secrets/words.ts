/** Words that are written as one and mean two. */
const joined: Readonly<Record<string, string>> = {
  apikey: "api key",
  authkey: "auth key",
  authtoken: "auth token",
  accesskey: "access key",
  accesstoken: "access token",
  clientsecret: "client secret",
  hmackey: "hmac key",
  privatekey: "private key",
  publickey: "public key",
  secretkey: "secret key",
  sessionkey: "session key",
  signingkey: "signing key",
  sitekey: "site key",
  hotkey: "hot key",
};

/** The words of a variable's name, in small letters: `API_KEY`, `apiKey`, `api-key` and `APIKey` are all `api`, `key`. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .flatMap((word) => (joined[word] ?? word).split(" "))
    .filter((word) => word !== "");

import { wordsOf } from "./words.ts";

/**
 * What the name of a variable says about its value. `secret`: it is one; `maybe`: it is one where it looks like a key; `neutral`: nothing;
 * `about`: it is something about a secret, or the public half of one.
 */
export type Meaning = "secret" | "maybe" | "neutral" | "about";

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** What a secret is called. */
const secrets = set(
  "secret secrets password passwords passwd passphrase pwd pass pw credential credentials cred creds token tokens pat pepper salt mnemonic phrase authorization",
);
/** What makes a key secret. Any other key may be one. */
const secretKeys = set(
  "access admin aes api auth cookie deploy encryption hmac jwt license master private role secret session sign signing ssh webhook",
);
/** What makes a key public, or a place in a table. */
const otherKeys = set(
  "anon cache column composite foreign hot idempotency index lookup map object partition primary public publishable range row routing site sort storage translation unique",
);
/** A token that is counted, or traded. */
const otherTokens = set(
  "max min num total stop special native governance prompt completion input output per",
);
/** Last words of what is known about a secret without knowing it. */
const abouts = set(
  `address age alg algorithm algorithms arn aud audience bucket contract cookie count days decimals dir directory domain enabled endpoint
   expiration expires expiry field file fingerprint folder format header headers hint host hours id ids in interval issuer kid kind
   label length lengths lifetime limit limits location max method min mint minute minutes mode model ms name names param parameter
   path pattern policy prefix provider realm ref refresh regex required rotation rounds schema scheme scope scopes seconds size
   store strategy subject suffix symbol table template threshold through timeout ttl type types uri url urls validity version window`,
);
/** Last words that say which of several, and nothing else. */
const which = set(
  "a b backup current default dev live new next old previous prod production sandbox secondary stage staging test v1 v2 v3",
);
/** What may follow the secret's word and means the secret still. */
const still = set("b64 base base64 hash hashed hex json plain raw string text value values");
/** Once one of these is in a name it is for everybody, unless another word says secret. */
const everybodys = set("public publishable anon");

/** @param name as it stands in the code: `STRIPE_KEY`, `dbPassword` */
export function meaningOf(name: string): Meaning {
  const words = [...wordsOf(name)];
  while (words.length > 1 && isWhich(words.at(-1) ?? "")) words.pop();
  const last = words.at(-1) ?? "";
  if (words.length > 1 && abouts.has(last)) return words.some(isSecretWord) ? "about" : "neutral";
  const at = words.findLastIndex(isSecretWord);
  if (at === -1) return "neutral";
  const meaning = meaningAt(words, at);
  const rest = words.slice(at + 1);
  if (meaning !== "secret" || rest.every((word) => still.has(word))) return meaning;
  return "maybe";
}

const isWhich = (word: string): boolean => which.has(word) || /^\d+$/.test(word);

const isSecretWord = (word: string): boolean => secrets.has(word) || word === "key" || word === "keys";

function meaningAt(words: readonly string[], at: number): Meaning {
  const word = words[at] ?? "";
  const before = words[at - 1] ?? "";
  const isOpen = words.some((each) => everybodys.has(each));
  if (word === "key" || word === "keys") {
    if (otherKeys.has(before) || (isOpen && !words.includes("private") && !words.includes("secret")))
      return "about";
    return secretKeys.has(before) ? "secret" : "maybe";
  }
  if (word === "token" || word === "tokens")
    return otherTokens.has(before) ? "about" : isOpen ? "about" : "secret";
  return "secret";
}

/** Words of names whose values are long and random, and no secret. */
const identifiers = set(
  `account address aud base build chain checksum cid client commit container contract correlation database db digest etag
   fingerprint folder guid hash id ids identifier image integrity kid manifest md5 namespace page playlist public publishable release rev revision
   sha sha1 sha256 sheet sid span store tag tenant trace transaction tx ulid uuid version zone`,
);

/** Whether a name says that its value is an identifier or a digest. */
export const namesIdentifier = (name: string): boolean => wordsOf(name).some((word) => identifiers.has(word));

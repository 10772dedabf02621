import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { UrlSource } from "../../gates/sources.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with the URL that a gate asks. */
export function checkUrl(
  { url, query, headers, timeoutSeconds }: UrlSource,
  where: string,
  stage: string,
): Diagnostic[] {
  const urls = typeof url === "string" ? [url] : Object.values(url.values);
  return [
    ...(typeof url === "string" || url.values[stage] !== undefined
      ? []
      : [
          wrong(
            "A gate without an address in this stage",
            `${where}, url`,
            Object.keys(url.values).join(", ") || "no stage",
            `an address for ${stage}`,
            "add it",
          ),
        ]),
    ...urls
      .filter((each) => !isAllowed(each))
      .map((each) =>
        wrong(
          "An address that a gate cannot ask",
          `${where}, url`,
          each.replace(/\?.*$/s, "?…"),
          "https://…, or http:// on this machine; no name and password in it",
          "correct it; what is secret belongs into headers: { authorization: secret(…) }",
        ),
      ),
    ...Object.keys(headers)
      .filter((name) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /^(host|content-length)$/i.test(name))
      .map((name) =>
        wrong(
          "A header that cannot be sent",
          `${where}, headers`,
          name,
          "the name of a header",
          "correct it",
        ),
      ),
    ...openSecrets(urls, query, headers).map((name) =>
      wrong(
        "A secret of a gate stands in the code",
        `${where}, ${name}`,
        "a text",
        "the name of a secret, in a header",
        'headers: { authorization: secret("<name>") }',
      ),
    ),
    ...(timeoutSeconds > 0 && timeoutSeconds <= 60
      ? []
      : [
          wrong(
            "A time that is none",
            `${where}, timeoutSeconds`,
            String(timeoutSeconds),
            "seconds, above 0, at most 60",
            "correct it",
          ),
        ]),
  ];
}

function isAllowed(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname);
  return username === "" && password === "" && (protocol === "https:" || (protocol === "http:" && isHere));
}

const secretName = /^(proxy-)?authorization$|^cookie$|(^|[-_])(key|apikey|token|secret|password|signature)$/i;

/** Names under which a text is sent that should be a secret: a journal has what a gate asks, and so has the code. */
function openSecrets(
  urls: readonly string[],
  query: UrlSource["query"],
  headers: UrlSource["headers"],
): readonly string[] {
  const isOpen = ([name, value]: readonly [string, unknown]): boolean =>
    secretName.test(name) && typeof value === "string" && value !== "";
  const inUrls = urls.flatMap((each) => (URL.canParse(each) ? [...new URL(each).searchParams] : []));
  return [
    ...[...inUrls, ...Object.entries(query)].filter(isOpen).map(([name]) => `query.${name}`),
    ...Object.entries(headers)
      .filter(isOpen)
      .map(([name]) => `headers.${name}`),
  ];
}

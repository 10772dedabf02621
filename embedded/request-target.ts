import type { IncomingMessage } from "node:http";

/**
 * Makes `GET http://host/path`, as to a proxy, the same as `GET /path` to that host: of the two hosts such a request names, the
 * target's counts (RFC 9112, 3.2.2). Another target than a path is left as it is.
 *
 * @returns whether the target is a path now
 */
export function toOriginForm(request: IncomingMessage): boolean {
  const [, host, rest = ""] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]+)([^#]*)/i.exec(request.url ?? "") ?? [];
  if (host !== undefined) {
    request.url = rest.startsWith("/") ? rest : `/${rest}`;
    request.headers.host = host;
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2)
      if (request.rawHeaders[i]?.toLowerCase() === "host") request.rawHeaders[i + 1] = host;
  }
  return request.url?.startsWith("/") ?? false;
}

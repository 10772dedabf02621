import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

/** Who signs in at the provider. */
export interface Person {
  readonly sub: string;
  readonly email: string;
  readonly name?: string;
  readonly email_verified?: boolean;
}

/** An OpenID provider on this machine: authorization codes with PKCE, each good once. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** What its page does when the person agrees: gives the address that the browser goes back to. */
  readonly agree: (authorization: string, person: Person) => string;
  readonly close: () => Promise<void>;
}

interface Granted {
  readonly person: Person;
  readonly client: string | null;
  readonly redirect: string | null;
  readonly challenge: string | null;
}

export async function openIdProvider(): Promise<OpenIdProvider> {
  const codes = new Map<string, Granted>();
  const tokens = new Map<string, Person>();
  let issuer = "";

  function exchanged(form: URLSearchParams): object | undefined {
    const granted = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (
      granted === undefined ||
      form.get("grant_type") !== "authorization_code" ||
      proof !== granted.challenge ||
      form.get("client_id") !== granted.client ||
      form.get("redirect_uri") !== granted.redirect
    )
      return undefined;
    const token = randomUUID();
    tokens.set(token, granted.person);
    return { access_token: token, token_type: "Bearer" };
  }

  const answers: Readonly<Record<string, (request: IncomingMessage, body: string) => object | undefined>> = {
    "GET /.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
    }),
    "POST /token": (_request, body) => exchanged(new URLSearchParams(body)),
    "GET /userinfo": ({ headers }) => tokens.get((headers.authorization ?? "").replace("Bearer ", "")),
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    const answer = answers[`${request.method} ${request.url}`]?.(request, body);
    response.writeHead(answer === undefined ? 400 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: "invalid_grant" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the provider has no port");
  issuer = `http://127.0.0.1:${address.port}`;
  return {
    issuer,
    agree(authorization, person) {
      const asked = new URL(authorization);
      const { searchParams } = asked;
      if (`${asked.origin}${asked.pathname}` !== `${issuer}/authorize`)
        throw new Error(`not an address of this provider: ${authorization}`);
      const code = randomUUID();
      codes.set(code, {
        person,
        client: searchParams.get("client_id"),
        redirect: searchParams.get("redirect_uri"),
        challenge: searchParams.get("code_challenge"),
      });
      const back = new URL(searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("code", code);
      back.searchParams.set("state", searchParams.get("state") ?? "");
      return `${back.pathname}${back.search}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

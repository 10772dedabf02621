import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { UserError } from "../diagnostic/user-error.ts";
import { addressOf, workersDevSubdomain } from "./workers-dev.ts";

const accountId = "0123456789abcdef0123456789abcdef";

type Reply = readonly [status: number, body: object];

/** An API that gives each of these answers once, and then the last one again. */
async function answered<T>(answers: readonly Reply[], use: (baseUrl: string) => Promise<T>): Promise<T> {
  const left = [...answers];
  const server = createServer((request, response) => {
    expect(request.url).toBe(`/accounts/${accountId}/workers/subdomain`);
    const [status, body] = (left.length > 1 ? left.shift() : left[0]) ?? [500, {}];
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    return await use(
      `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const registered = [200, { success: true, result: { subdomain: "example" }, errors: [] }] as const;
const none = [
  404,
  {
    success: false,
    result: null,
    errors: [{ code: 10007, message: "You do not have a workers.dev subdomain" }],
  },
] as const;
const forbidden = [
  403,
  { success: false, result: null, errors: [{ code: 10000, message: "Authentication error" }] },
] as const;
const broken = [502, {}] as const;

const subdomainAfter = (...answers: readonly Reply[]): Promise<string | undefined> =>
  answered(answers, (baseUrl) => workersDevSubdomain({ baseUrl, token: "t" }, accountId));

test("an account without a workers.dev subdomain, and a token that may not read it, give none", async () => {
  expect(await subdomainAfter(registered)).toBe("example");
  expect(await subdomainAfter(none)).toBeUndefined();
  expect(await subdomainAfter(forbidden)).toBeUndefined();
});

test("a gateway that fails once is asked again: an address must not be missing by chance", async () => {
  expect(await subdomainAfter(broken, registered)).toBe("example");
});

test("a worker answers below its account's subdomain, on the embedded Cloudflare below its account's name", async () => {
  const real = (...answers: readonly Reply[]): Promise<string> =>
    answered(answers, (baseUrl) => addressOf({ baseUrl, token: "t" }, accountId, "api-dev"));
  expect(await real(registered)).toBe("https://api-dev.example.workers.dev");
  await expect(real(none)).rejects.toThrow(UserError);
  const embedded = {
    baseUrl: "http://127.0.0.1:1",
    token: "t",
    front: "http://<worker>.<account>.localhost:8788",
    accountNames: { [accountId]: "dev" },
  };
  expect(await addressOf(embedded, accountId, "api-dev")).toBe("http://api-dev.dev.localhost:8788");
});

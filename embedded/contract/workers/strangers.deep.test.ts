import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call } from "../testing/call.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { listeningPorts } from "../testing/listening.ts";
import { visit } from "../testing/visit.ts";

/**
 * A Worker of one stage, a page in a browser, and a program of somebody else on this machine, each against every port that the embedded
 * Cloudflare has open. What they are after: the rows, values and secrets of prod.
 */

const planted = "only-for-prod";

/** Asks each port what a cell would ask, for what belongs to another account; and what it was told by the front door. */
const attacker = `
import { connect } from "cloudflare:sockets";
const forged = (url, { headers, ...init }) =>
  fetch(url, { redirect: "manual", ...init, headers }).then(async (r) => ({ status: r.status, text: await r.text() }), (e) => ({ status: 0, text: String(e) }));
const tcp = async (port) => {
  try {
    const socket = connect({ hostname: "127.0.0.1", port });
    await socket.opened;
    return { status: 1, text: "open" };
  } catch (error) { return { status: 0, text: String(error) }; }
};
export default { async fetch(request, env) {
  const url = new URL(request.url);
  if (url.pathname === "/seen") return Response.json({ headers: [...request.headers], cf: request.cf, env: JSON.stringify(env) });
  if (url.pathname === "/own") {
    const own = env.DB.fetcher ?? env.DB.alwaysPrimarySession?.fetcher;
    if (own === undefined) return new Response("no fetcher");
    const headers = JSON.parse(url.searchParams.get("headers"));
    const answer = await own.fetch("http://d1/query?resultsFormat=ROWS_AND_COLUMNS", { method: "POST", headers, body: JSON.stringify({ sql: "SELECT * FROM t", params: [] }) });
    return new Response(await answer.text());
  }
  const { ports, asks } = await request.json();
  const answers = [];
  for (const port of ports) {
    for (const { path, ...init } of asks) answers.push({ port, path, ...(await forged("http://127.0.0.1:" + port + path, init)) });
    answers.push({ port, path: "tcp", ...(await tcp(port)) });
  }
  return Response.json(answers);
} }`;

const victim = `export default { fetch: (request, env) => new Response("${planted} " + env.TEXT) }`;

interface Ask {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
const answers = z.array(
  z.object({ port: z.number(), path: z.string(), status: z.number(), text: z.string() }),
);
type Answers = z.infer<typeof answers>;

let embedded: Embedded;
let ports: readonly number[];
let asks: readonly Ask[];
let database: string;

const ofAccount = (index: number) => ({
  api: embedded.api,
  token: embedded.token,
  account: embedded.accounts[index]?.id ?? "",
});

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const [dev, prod] = [ofAccount(0), ofAccount(2)];
  const make = async (account: string, path: string, body: object) =>
    (await call(embedded, "POST", `/accounts/${account}${path}`, body)).result;
  database = String((await make(prod.account, "/d1/database", { name: "silo" }))["uuid"]);
  const own = String((await make(dev.account, "/d1/database", { name: "silo" }))["uuid"]);
  for (const [account, id, text] of [
    [prod.account, database, planted],
    [dev.account, own, "of dev"],
  ])
    await make(account ?? "", `/d1/database/${id}/query`, {
      sql: `CREATE TABLE t(a); INSERT INTO t VALUES ('${text}')`,
    });
  const namespace = String((await make(prod.account, "/storage/kv/namespaces", { title: "kv" }))["id"]);
  await call(
    embedded,
    "PUT",
    `/accounts/${prod.account}/storage/kv/namespaces/${namespace}/values/k`,
    planted,
  );
  await deployScript(prod, "victim", victim, [
    { type: "d1", name: "DB", database_id: database },
    { type: "plain_text", name: "TEXT", text: "x" },
  ]);
  // Not at a public address: nobody but prod's own workers may reach it.
  await call(embedded, "POST", `/accounts/${prod.account}/workers/scripts/victim/subdomain`, {
    enabled: false,
  });
  await deployScript(dev, "attacker", attacker, [{ type: "d1", name: "DB", database_id: own }]);
  const json = { "content-type": "application/json" };
  const caller = { "x-lockstep-caller": `${prod.account}/victim/x` };
  const rows = JSON.stringify({ sql: "SELECT * FROM t", params: [] });
  asks = [
    {
      path: "/query?resultsFormat=ROWS_AND_COLUMNS",
      method: "POST",
      headers: { ...json, ...caller, "x-lockstep-store": `D1/${database}` },
      body: rows,
    },
    {
      path: "/query",
      method: "POST",
      headers: {
        ...json,
        ...caller,
        "x-lockstep-store": `D1/${database}`,
        "x-lockstep-control": "",
        "x-lockstep-key": "",
      },
      body: rows,
    },
    {
      path: "/k?urlencoded=true",
      method: "GET",
      headers: { ...caller, "x-lockstep-store": `KV/${namespace}` },
    },
    { path: "/", method: "GET", headers: { "mf-route-override": "victim" } },
    { path: "/", method: "GET", headers: { "x-lockstep-report": "", "x-lockstep-key": "guess" } },
    { path: "/peers", method: "POST", headers: json, body: JSON.stringify({ peers: {}, watched: true }) },
    { path: `/database/${database}`, method: "GET", headers: { "mf-custom-fetch-service": "0:#:NODE" } },
    { path: "/core/store-temp-file", method: "POST", headers: {}, body: "left behind" },
    { path: "/core/dev-registry", method: "GET", headers: {} },
  ];
  ports = process.platform === "linux" ? listeningPorts() : [];
});
afterAll(() => embedded.close());

const own = () => [Number(new URL(embedded.api).port), embedded.frontPort];
/** What was not refused, of the ports that are for nobody but this process and its cells. */
const letIn = (given: Answers): Answers =>
  given.filter(({ port, status }) => !own().includes(port) && ![0, 403, 404].includes(status));

/** A port that speaks something else never answers. */
const patienceMs = 5_000;

const ask = (
  port: number,
  { path, method, headers, body }: Ask,
  timeout = patienceMs,
): Promise<Answers[number]> =>
  new Promise((resolve) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers, timeout }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ port, path, status: response.statusCode ?? 0, text }));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", (error) => resolve({ port, path, status: 0, text: String(error) }));
    sent.end(body);
  });

describe.skipIf(process.platform !== "linux")("every port that is open", () => {
  test("gives a Worker of another stage nothing", async () => {
    expect(ports.length).toBeGreaterThan(6);
    const body = JSON.stringify({ ports, asks });
    const host = `attacker.dev.localhost:${embedded.frontPort}`;
    const attack = { path: "/attack", method: "POST", headers: { host }, body };
    const { text } = await ask(embedded.frontPort, attack, patienceMs * ports.length * (asks.length + 1));
    const got = answers.parse(JSON.parse(text));
    expect(got.length).toBe(ports.length * (asks.length + 1));
    expect(got.filter((each) => each.text.includes(planted))).toEqual([]);
    expect(letIn(got)).toEqual([]);
  });

  test("gives a program that does not know the key none of it, and a page in a browser neither", async () => {
    const page = { origin: "http://evil.example", "sec-fetch-site": "cross-site", host: "evil.example" };
    for (const extra of [{}, page])
      for (const port of ports)
        for (const each of asks) {
          const answer = await ask(port, { ...each, headers: { ...each.headers, ...extra } });
          expect(answer.text, JSON.stringify(answer)).not.toContain(planted);
          if ("origin" in extra) expect(letIn([answer])).toEqual([]);
        }
  });
});

test("a Worker's own binding of a database reaches its own alone, whatever headers the code sends through it", async () => {
  const headers = encodeURIComponent(
    JSON.stringify({ "x-lockstep-store": `D1/${database}`, "X-Lockstep-Store": `D1/${database}` }),
  );
  const { text } = await visit(embedded.frontPort, "attacker.dev.localhost", `/own?headers=${headers}`);
  expect(text).not.toContain(planted);
  expect(text).toContain("of dev");
});

test("code of a Worker sees no key: not in the requests that it gets, nor in its env", async () => {
  const { text } = await visit(embedded.frontPort, "attacker.dev.localhost", "/seen");
  expect(text).toContain("cf-connecting-ip");
  expect(text).not.toMatch(/x-lockstep|mf-/i);
  expect(text).not.toContain(embedded.world.stores.key);
});

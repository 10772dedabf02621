import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { visit } from "../testing/visit.ts";

/** Stands for a database: says back what it hears, with a word of its own. */
const database = createServer((socket) =>
  socket.on("data", (bytes) => socket.write(`heard ${bytes}`)).on("error", () => socket.destroy()),
);
let embedded: Embedded;
let account = "";
let port = 0;
beforeAll(async () => {
  database.listen(0, "127.0.0.1");
  await once(database, "listening");
  const address = database.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
});
afterAll(async () => {
  await embedded.close();
  database.close();
});

async function config(name: string, origin: object): Promise<string> {
  const response = await fetch(`${embedded.api}/accounts/${account}/hyperdrive/configs`, {
    method: "POST",
    headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name, origin: { database: "shop", user: "ann", ...origin } }),
  });
  const { result } = JSON.parse(await response.text());
  return String(result.id);
}

const deploy = (name: string, id: string): Promise<void> =>
  deployScript(
    { api: embedded.api, token: embedded.token, account },
    name,
    `import { connect } from "cloudflare:sockets";
const said = async ({ readable, writable }) => {
  await writable.getWriter().write(new TextEncoder().encode("tide"));
  return new TextDecoder().decode((await readable.getReader().read()).value);
};
export default {
  async fetch(request, { DB }) {
    const { user, password, database } = DB;
    const url = new URL(DB.connectionString);
    return Response.json({
      user, password, database,
      protocol: url.protocol,
      byItself: await said(DB.connect()),
      asDriversDo: await said(connect({ hostname: DB.host, port: DB.port })),
    });
  },
};`,
    [{ type: "hyperdrive", name: "DB", id }],
  );

test("a worker reaches the database that its configuration names, as it is and as drivers do", async () => {
  await deploy("shop", await config("shop", { host: "127.0.0.1", port, password: "p@ss/word" }));
  const { text } = await visit(embedded.frontPort, "shop.dev.localhost", "/");
  expect(JSON.parse(text)).toEqual({
    user: "ann",
    password: "p@ss/word",
    database: "shop",
    protocol: "postgres:",
    byItself: "heard tide",
    asDriversDo: "heard tide",
  });
  // Nor does whoever reads the state file read it.
  const written = readdirSync(embedded.dataDir).filter((name) => name.startsWith("state.sqlite"));
  for (const name of written)
    expect(readFileSync(join(embedded.dataDir, name)).includes("p@ss/word"), name).toBe(false);
});

test("a configuration that is not there, or whose origin cannot be reached from here, is refused at the upload", async () => {
  await expect(deploy("none", "0".repeat(32))).rejects.toThrow(/10157.*was not found/);
  const behindAccess = await config("access", {
    host: "db.example.com",
    access_client_id: "id",
    access_client_secret: "secret",
  });
  await expect(deploy("access", behindAccess)).rejects.toThrow(/10157.*deploys to a real account/);
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, version, visit } from "../testing/call.ts";
import { deployScript } from "../testing/deploy-script.ts";

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(() => embedded.close());

const account = (i = 0): string => String(embedded.accounts[i]?.id);
const deploy = (name: string, code: string, bindings: readonly object[]): Promise<void> =>
  deployScript({ api: embedded.api, token: embedded.token, account: account() }, name, code, bindings);
const answering = (body: string): string => `
import { EmailMessage } from "cloudflare:email";
export default { async fetch(request, env) {
  const url = new URL(request.url);
  try { ${body} } catch (error) { return new Response(error.message, { status: 400 }); }
} }`;

async function sql(statement: string, i = 0): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${embedded.api}/accounts/${account(i)}/analytics_engine/sql`, {
    method: "POST",
    headers: { authorization: `Bearer ${embedded.token}` },
    body: statement,
  });
  return { status: response.status, text: await response.text() };
}

test("data points that a Worker writes are read by SQL, in its own account alone", async () => {
  const code = answering(`
    env.CLICKS.writeDataPoint({ indexes: ["ann"], blobs: [url.pathname, null], doubles: [3, 0.5] });
    return new Response("written");`);
  await deploy("clicks", code, [{ type: "analytics_engine", name: "CLICKS", dataset: "clicks" }]);
  for (const path of ["/a", "/b", "/b"])
    expect(await visit(embedded, "clicks", "dev", path)).toBe("200 written");
  const statement =
    "SELECT blob1 AS page, SUM(_sample_interval * double1) AS total FROM clicks WHERE timestamp > NOW() - INTERVAL '1' HOUR GROUP BY page ORDER BY page";
  for (;;) {
    const { text } = await sql("SELECT count() AS n FROM clicks");
    if (text.includes('"n":3')) break;
    await sleep(20); // points arrive after the answer
  }
  const { status, text } = await sql(statement);
  expect([status, JSON.parse(text).data]).toEqual([
    200,
    [
      { page: "/a", total: 3 },
      { page: "/b", total: 6 },
    ],
  ]);
  expect(await sql("SELECT count() FROM clicks", 1)).toEqual({
    status: 422,
    text: expect.stringContaining("there is no dataset clicks"),
  });
});

test("a data point that Cloudflare would not take throws", async () => {
  const code = answering(`
    env.CLICKS.writeDataPoint(JSON.parse(url.searchParams.get("point")));
    return new Response("written");`);
  await deploy("clicks-bad", code, [{ type: "analytics_engine", name: "CLICKS", dataset: "bad" }]);
  const write = (point: object): Promise<string> =>
    visit(embedded, "clicks-bad", "dev", `/?point=${encodeURIComponent(JSON.stringify(point))}`);
  expect(await write({ indexes: ["a", "b"] })).toContain("400 writeDataPoint(): Maximum of 1 indexes");
  expect(await write({ blobs: Array(21).fill("a") })).toContain("400 writeDataPoint(): Maximum of 20 blobs");
  expect(await write({ indexes: ["a".repeat(97)] })).toContain("exceeds 96 bytes");
  expect(await write({ doubles: ["3"] })).toContain("400 a double is a number");
});

const emails = z.array(z.looseObject({ from: z.string(), to: z.array(z.string()) }));
const sent = async () =>
  emails.parse((await call(embedded, "GET", `/accounts/${account()}/embedded/emails`)).list);

test("e-mail is kept where a test can read it, and goes only to and from the addresses that are allowed", async () => {
  const code = answering(`
    const { binding, ...message } = JSON.parse(url.searchParams.get("message"));
    const made = message.raw ? new EmailMessage(message.from, message.to, message.raw) : message;
    const { messageId } = await env[binding].send(made);
    return new Response(messageId ? "sent" : "no id");`);
  await deploy("mails", code, [
    { type: "send_email", name: "ANY" },
    { type: "send_email", name: "OPS", destination_address: "ops@example.com" },
    {
      type: "send_email",
      name: "SOME",
      allowed_destination_addresses: ["a@example.com"],
      allowed_sender_addresses: ["robot@example.com"],
    },
  ]);
  const send = (message: object): Promise<string> =>
    visit(embedded, "mails", "dev", `/?message=${encodeURIComponent(JSON.stringify(message))}`);
  const raw = "From: robot@example.com\r\nTo: ops@example.com\r\nSubject: Alarm\r\n\r\nIt burns.";
  const from = "robot@example.com";
  expect(await send({ binding: "OPS", from, to: "ops@example.com", raw })).toBe("200 sent");
  const built = { subject: "Hello", text: "You.", cc: ["c@example.com"] };
  expect(
    await send({ binding: "ANY", from: { email: from, name: "R" }, to: "b@example.com", ...built }),
  ).toBe("200 sent");
  expect(await send({ binding: "OPS", from, to: "b@example.com", raw })).toBe(
    "400 email to b@example.com not allowed",
  );
  expect(await send({ binding: "SOME", from, to: "A@example.com", ...built })).toBe(
    "400 email to c@example.com not allowed",
  );
  expect(await send({ binding: "SOME", from: "x@example.com", to: "a@example.com", subject: "s" })).toBe(
    "400 email from x@example.com not allowed",
  );
  expect(await send({ binding: "ANY", from, subject: "s" })).toContain("400 a message has at least one of");
  expect(await send({ binding: "ANY", from, to: "nobody", subject: "s" })).toContain(
    "400 invalid message: to",
  );
  expect(await sent()).toMatchObject([
    { script: "mails", from, to: ["ops@example.com"], raw },
    { from, to: ["b@example.com"], cc: ["c@example.com"], subject: "Hello", text: "You." },
  ]);
  await call(embedded, "DELETE", `/accounts/${account()}/embedded/emails`);
  expect(await sent()).toEqual([]);
});

test("a secret of a store is bound by its name, and is what it is now", async () => {
  const stores = `/accounts/${account()}/secrets_store/stores`;
  const store = String((await call(embedded, "POST", stores, { name: "shared" })).result["id"]);
  const secrets = `${stores}/${store}/secrets`;
  const made = await call(embedded, "POST", secrets, [
    { name: "stripe", value: "s3cret", scopes: ["workers"] },
  ]);
  expect(made.text).not.toContain("s3cret");
  const [{ id }] = z.tuple([z.looseObject({ id: z.string() })]).parse(made.list);
  const code = answering("return new Response(await env.KEY.get());");
  const binding = (secret_name: string) => ({
    type: "secrets_store_secret",
    name: "KEY",
    store_id: store,
    secret_name,
  });
  await deploy("shop", code, [binding("stripe")]);
  expect(await visit(embedded, "shop")).toBe("200 s3cret");
  await call(embedded, "PATCH", `${secrets}/${id}`, { value: "rotated" });
  expect(await visit(embedded, "shop")).toBe("200 rotated");
  const missing = await call(
    embedded,
    "POST",
    `/accounts/${account()}/workers/workers/shop/versions`,
    version(code, { bindings: [binding("paypal")] }),
  );
  expect([missing.status, missing.message]).toEqual([400, expect.stringContaining("secret 'paypal'")]);
  expect((await call(embedded, "DELETE", `${stores}/${store}`)).message).toContain("store_not_empty");
  expect(
    (await call(embedded, "POST", secrets, [{ name: "stripe", value: "x", scopes: ["workers"] }])).status,
  ).toBe(409);
  await call(embedded, "DELETE", `${secrets}/${id}`);
  expect(await visit(embedded, "shop")).toBe('400 Secret "stripe" not found');
  expect((await call(embedded, "DELETE", `${stores}/${store}`)).success).toBe(true);
});

test("a session of D1 goes on from the bookmark of another one", async () => {
  const database = await call(embedded, "POST", `/accounts/${account()}/d1/database`, { name: "notes" });
  const code = answering(`
    const session = env.DB.withSession(url.searchParams.get("bookmark") ?? "first-primary");
    if (url.pathname === "/write") {
      await session.batch([
        session.prepare("CREATE TABLE IF NOT EXISTS notes (text TEXT)"),
        session.prepare("INSERT INTO notes VALUES (?)").bind("kept"),
      ]);
      return new Response(session.getBookmark());
    }
    const { results } = await session.prepare("SELECT text FROM notes").all();
    return Response.json({ results, bookmark: session.getBookmark() });`);
  await deploy("notes", code, [{ type: "d1", name: "DB", id: database.result["uuid"] }]);
  const bookmark = (await visit(embedded, "notes", "dev", "/write")).slice(4);
  expect(bookmark).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/);
  const read = await visit(embedded, "notes", "dev", `/read?bookmark=${bookmark}`);
  expect(read).toMatch(/^200 \{"results":\[\{"text":"kept"\}\],"bookmark":"[0-9a-f-]{59}"\}$/);
  // A read leaves it where it is, a write does not.
  expect(await visit(embedded, "notes", "dev", "/read")).toBe(read);
  await visit(embedded, "notes", "dev", "/write");
  expect(read).not.toContain((await visit(embedded, "notes", "dev", "/read")).slice(-61));
});

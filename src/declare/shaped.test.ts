import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Declares in a process of its own, as a project does: types are stripped there, and nothing compares them. */
function declared(code: string): string {
  const index = new URL("./index.ts", import.meta.url).href;
  const program = `
    const { aiGateway, d1, kv, queue, r2, system, vectorize, worker } = await import(${JSON.stringify(index)});
    const settings = { main: "a.ts", compatibilityDate: "2026-06-01" };
    const said = [];
    for (const declare of ${code})
      try { declare(); said.push("fine"); }
      catch (error) { said.push([error, ...(error.others ?? [])].map((each) => { const { what, where, got, fix } = each.diagnostic ?? each; return [what, where, got, fix].join(" | "); }).join("\\n")); }
    console.log(JSON.stringify(said));`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
}

test("what a type would refuse is refused where it is declared, though nobody compiled the project", () => {
  const said: unknown = JSON.parse(
    declared(`[
      () => d1("db", { migration: "migrations" }),
      () => d1("db", { migrations: 5, physicalName: { dev: "db" } }),
      () => worker("api", { ...settings, compatibility_date: "2026-06-01" }),
      () => worker("api", { ...settings, compatibilityDate: 20260601 }),
      () => worker("api", { ...settings, env: { LEVEL: 5 } }),
      () => worker("api", { ...settings, env: { DB: undefined, X: null } }),
      () => worker("api", { ...settings, consumes: [{ queue: "orders" }] }),
      () => worker("api", { ...settings, env: undefined, consumes: undefined }),
      () => kv({ toString: 1 }),
      () => system("shop", [d1("db"), undefined]),
    ]`),
  );
  const text = "correct it; the compiler finds every one of these: npx tsc --noEmit";
  const cycle =
    "import what it names; where two files import each other, declare it in one of them, or hand a worker over as a function: service(() => other)";
  expect(said).toEqual([
    "There is no such setting | d1 db | migration | write migrations, if that is meant, or take it out",
    `A setting is not what it has to be | d1 db, migrations | 5 | ${text}\nA setting is not what it has to be | d1 db, physicalName | a group: { … } | ${text}`,
    "There is no such setting | worker api | compatibility_date | write compatibilityDate, if that is meant, or take it out",
    `A setting is not what it has to be | worker api, compatibilityDate | 20260601 | ${text}`,
    'Nothing that can be bound | worker api, env.LEVEL | 5 | as a text: "5"; as it is: json(5)',
    `A binding is undefined | worker api, env.DB | undefined | ${cycle}\nNothing that can be bound | worker api, env.X | null | as data: json(…)`,
    'Nothing declared is consumed | worker api, consumes[0].queue | "orders" | declare it, const orders = queue("orders"), or import what it names',
    "fine",
    `A setting is not what it has to be | kv without a name, name | a group: { … } | ${text}`,
    "A system lists nothing that is declared | system shop, resource 2 of 2 | undefined | import what it names; where two files import each other, declare it in one of them",
  ]);
});

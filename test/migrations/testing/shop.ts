import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "../../clone.ts";

/** Gives a clone a system of two databases: an empty folder `migrations/shop/db`, and taco's billing files. */
export function shopSystem(project: Clone): void {
  for (const folder of ["migrations/shop/db", "seeds/shop/db"])
    mkdirSync(join(project.folder, folder), { recursive: true });
  // Its own past in the place of the one of today.
  rmSync(join(project.folder, "migrations/taco/billing"), { recursive: true, force: true });
  cpSync("src/migrations/testing/histories/taco/billing", join(project.folder, "migrations/taco/billing"), {
    recursive: true,
  });
  project.write(
    "src/systems/shop.ts",
    `import { d1, system } from "../declare/index.ts";
export const shop = system("shop", [
  d1("shop-db", { migrations: "migrations/shop/db" }),
  d1("shop-taco", { migrations: "migrations/taco/billing" }),
]);
`,
  );
  project.edit("src/systems/index.ts", (text) =>
    text
      .replace("export const systems", 'import { shop } from "./shop.ts";\nexport const systems')
      .replace("= [", "= [shop, "),
  );
}

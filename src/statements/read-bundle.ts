import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Bundle, bundlesFolder } from "../bundle/bundle.ts";
import { parsedJson } from "../files/json.ts";
import { writeWhole } from "../files/write-whole.ts";
import { ownModule } from "../package/own-module.ts";
import { type BundleStatements, bundleStatements } from "./statement.ts";

/** The modules that what is kept was made by: with others it is made again. */
const makers = [
  "extract",
  "fill",
  "positions",
  "statement",
  "syntax/call-sites",
  "syntax/definitions",
  "syntax/members",
  "syntax/nodes",
  "syntax/objects",
  "syntax/scopes",
  "syntax/syntax",
  "values/read-list",
  "values/read-receiver",
  "values/read-text",
  "values/reading",
  "values/sequence",
  "values/text",
  "values/variants",
  "values/written",
];

/** What a bundle gives to its databases; kept beside the bundles, so that the parser is not even loaded for one that is known. */
export async function readBundle(
  { digest, mainModule, modules }: Bundle,
  root: string,
): Promise<BundleStatements> {
  const path = join(root, bundlesFolder, "statements", `${digest}-${made()}.json`);
  const kept = existsSync(path)
    ? bundleStatements.safeParse(parsedJson(readFileSync(path, "utf8")))
    : undefined;
  if (kept?.success) return kept.data;
  const main = modules.find(({ name }) => name === mainModule);
  if (main === undefined) return { uses: [], hasOwnPrepare: false };
  const file = join(root, main.contentFile);
  const code = readFileSync(file, "utf8");
  const { extracted } = await import("./extract.ts");
  const { positionsIn } = await import("./positions.ts");
  const map = `${file}.map`;
  const found = extracted(
    code,
    positionsIn(code, {
      name: main.contentFile,
      mapText: existsSync(map) ? readFileSync(map, "utf8") : undefined,
      folder: join(bundlesFolder, "out"),
    }),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, JSON.stringify(found));
  return found;
}

let known: string | undefined;
function made(): string {
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  for (const module of makers) hash.update(readFileSync(ownModule(import.meta, `./${module}`)));
  known = hash.digest("hex").slice(0, 12);
  return known;
}

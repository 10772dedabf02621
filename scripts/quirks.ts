// Prints the known oddities of the real Cloudflare that the embedded one reproduces, and where the provider served with it
// differs from the official one on purpose: two Markdown tables, or `--json`.
import { parseArgs } from "node:util";
import { deliberate } from "../embedded/provider/facts/differences.ts";
import { allQuirks } from "../embedded/quirks/all.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const quirks = await allQuirks();
if (values.json)
  process.stdout.write(`${JSON.stringify({ quirks, providerDifferences: deliberate }, null, 2)}\n`);
else {
  console.log("| quirk | what | known since | probe |\n|---|---|---|---|");
  for (const { name, what, source, date, probe } of quirks)
    console.log(
      `| [${name}](${source.replace(/ .*/, "")}) | ${what} | ${date} | ${probe.replaceAll("|", "\\|")} |`,
    );
  console.log("\n| the attached provider, unlike the official one | why |\n|---|---|");
  for (const { what, why } of deliberate) console.log(`| ${what} | ${why} |`);
}

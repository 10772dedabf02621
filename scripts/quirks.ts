// Prints the known oddities of the real Cloudflare that the embedded one reproduces: a Markdown table, or `--json`.
import { parseArgs } from "node:util";
import { allQuirks } from "../embedded/quirks/all.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const quirks = await allQuirks();
if (values.json) process.stdout.write(`${JSON.stringify(quirks, null, 2)}\n`);
else {
  console.log("| quirk | what | known since | probe |\n|---|---|---|---|");
  for (const { name, what, source, date, probe } of quirks)
    console.log(
      `| [${name}](${source.replace(/ .*/, "")}) | ${what} | ${date} | ${probe.replaceAll("|", "\\|")} |`,
    );
}

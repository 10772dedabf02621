// `lockstep aliases`: what stands on the embedded target for the ids in the configurations of wrangler projects.
import { z } from "zod";
import { call } from "../src/cloudflare/api.ts";
import { unplaced } from "../src/diagnostic/place.ts";
import { embeddedShell, inPlace, named, sentence, wranglerShell } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { runningEmbedded } from "../toolchain/embedded/embedded.ts";
import { placesOf } from "../toolchain/project.ts";
import { table } from "../toolchain/table.ts";
import { type Place, projectAt } from "./place.ts";

const accounts = z.array(z.object({ id: z.string(), name: z.string() }));
const aliases = z.array(
  z.object({
    of: z.string(),
    alias: z.string(),
    target: z.string(),
    name: z.string().optional(),
    createdOn: z.string(),
  }),
);

export async function run(args: readonly string[], place: Place): Promise<number> {
  const unknown = args.find((arg) => arg !== "--json");
  if (unknown !== undefined)
    throw new UserError({
      what: `\`${inPlace(named("aliases"), unplaced())}\` does not know this`,
      where: [named("aliases")],
      got: unknown,
      expected: "--json, or nothing",
      fix: [named("aliases", "[--json]")],
    });
  const { root } = await projectAt(place);
  const running = await runningEmbedded(placesOf(root));
  if (running === undefined)
    throw new UserError({
      what: "The embedded Cloudflare does not run, and it alone knows what stands for what",
      where: root,
      got: "no process that answers",
      expected: "a running embedded Cloudflare",
      fix: sentence`start it: ${embeddedShell}, then run again`,
    });
  const api = { baseUrl: running.api, token: running.token };
  const all: (z.infer<typeof aliases>[number] & { readonly account: string })[] = [];
  for (const { id, name } of accounts.parse(await call(api, "GET", "/accounts?per_page=1000")))
    for (const alias of aliases.parse(await call(api, "GET", `/accounts/${id}/embedded/aliases`)))
      all.push({ account: name, ...alias });
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else if (all.length === 0)
    process.stderr.write(
      `${inPlace(sentence`No id of another account is in use: wrangler has deployed nothing yet that names one. ${wranglerShell} makes a shell in which it works here.`, unplaced())}\n`,
    );
  else
    process.stdout.write(
      `${table(
        ["account", "what", "id in the project", "stands for", "called"],
        all.map(({ account, of, alias, target, name }) => [
          account,
          of,
          alias,
          target,
          name ?? "(deleted: the next deployment makes another)",
        ]),
      )}\n`,
    );
  return 0;
}

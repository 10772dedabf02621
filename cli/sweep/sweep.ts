// `lockstep sweep`: what an account has that no stack has, and away with it by name.
import { type Connection, connection } from "../../src/cloudflare/connection.ts";
import { contentsOf, units } from "../../src/cloudflare/contents/contents.ts";
import type { Holder } from "../../src/cloudflare/contents/holder.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import { isPullRequestStage } from "../../src/project/pull-requests.ts";
import type { Stage } from "../../src/project/stage.ts";
import { withPullRequests } from "../../src/project/with-pull-requests.ts";
import { agentHere, leaveToPerson } from "../../src/settings/agent.ts";
import { pulumiProjectName } from "../../toolchain/project.ts";
import { locksOn } from "../../toolchain/stacks/locks.ts";
import { keptStores } from "../../toolchain/stacks/switched-stages.ts";
import { parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { stageTarget } from "../stack/account.ts";
import { terminal } from "../stack/confirm.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { inventory, type Thing } from "./inventory.ts";
import { type Judged, judged, type Known } from "./owners.ts";
import { chosenOrphans, removed, unconsumed } from "./remove.ts";
import { knownStacks } from "./stacks.ts";
import { type Sized, sweepText } from "./text.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target, json, names, yes } = request;
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    if (names.length > 0 && target === "cloudflare")
      leaveToPerson("Deleting what nobody's stack has", stage, await agentHere());
    const at: Run = { root, env: await environmentFor(target, stage, root) };
    const { accountId } = stageTarget(stage, at.env, root);
    const api = connection(at.env, root);
    const kept = project.stages.flatMap(({ name }) => keptStores(name, root, target));
    const look = (): Promise<Seen> => seen({ project, kept, accountId }, api, at);
    if (names.length > 0) return sweep(names, yes, { api, accountId, look });
    const { all, stacks } = await look();
    const sized = await Promise.all(all.map((each) => withSize(each, api, accountId)));
    const shown = json
      ? `${JSON.stringify({ account: accountId, things: sized }, null, 2)}\n`
      : sweepText(sized, `${accountId}, ${ofStages(stage)}`, stacks, new Date());
    process.stdout.write(shown);
    return 0;
  });
}

/** Which account that is: "0 orphan" of another one than was meant reassures nobody rightly. */
const ofStages = ({ name }: Stage): string =>
  isPullRequestStage(name) ? "that of pull requests" : `that of ${name}`;

interface Seen {
  readonly all: readonly Judged[];
  readonly stacks: Awaited<ReturnType<typeof knownStacks>>;
}

/** The account before the stacks: what is made in between is then neither seen nor taken for nobody's. */
async function seen(
  known: Pick<Known, "project" | "kept" | "accountId">,
  api: Connection,
  run: Run,
): Promise<Seen> {
  const { accountId } = known;
  const things = await inventory(api, accountId);
  const stacks = await knownStacks(run);
  const holds = (name: string): boolean =>
    (locksOn(run.env["PULUMI_BACKEND_URL"] ?? "", pulumiProjectName(run.root), name) ?? []).length > 0;
  const busy = stacks.map(({ name }) => name).filter(holds);
  return { all: things.map((thing) => judged(thing, { ...known, stacks, busy })), stacks };
}

interface Sweeping {
  readonly api: Connection;
  readonly accountId: string;
  readonly look: () => Promise<Seen>;
}

/** Shows what is meant, wants it typed, looks again, and deletes; what cannot be deleted is told, and the rest goes on. */
async function sweep(
  names: readonly string[],
  yes: string | undefined,
  { api, accountId, look }: Sweeping,
): Promise<number> {
  const chosen = chosenOrphans(names, (await look()).all);
  const wanted = `delete ${chosen.length}`;
  for (const each of await Promise.all(chosen.map((one) => withSize(one, api, accountId))))
    process.stderr.write(`  ${each.kind}/${each.name}${each.size === undefined ? "" : `, ${each.size}`}\n`);
  const typed =
    yes ??
    (terminal.interactive
      ? (await terminal.ask(`\nDelete these from account ${accountId} for good? Type "${wanted}": `)).trim()
      : "");
  if (typed !== wanted)
    throw new UserError({
      what: "Nothing was deleted: it was not confirmed",
      where: `account ${accountId}`,
      got: typed === "" ? "nothing" : typed,
      expected: wanted,
      fix: `type ${wanted} at the prompt; without a terminal: --yes "${wanted}"`,
    });
  // Somebody may have brought a stage up while the question stood.
  const still = chosenOrphans(names, (await look()).all);
  await unconsumed(still, api, accountId);
  let failed = 0;
  for (const thing of still) {
    const why = await removed(thing, api, accountId);
    if (why !== undefined) failed++;
    process.stdout.write(
      `${why === undefined ? "✓ deleted" : "✗ still there:"} ${thing.kind}/${thing.name}${why === undefined ? "" : `: ${why}`}\n`,
    );
  }
  return failed === 0 ? 0 : 1;
}

const holderOf = ({ kind, id, name }: Thing): Holder | undefined => {
  switch (kind) {
    case "d1":
    case "kv":
    case "queue":
      return { kind, id };
    case "r2":
      return { kind, name, jurisdiction: "default" };
    case "vectorize":
      return { kind, name };
    case "worker":
    case "aiGateway":
    case "hyperdrive":
      return undefined;
    default:
      return kind satisfies never;
  }
};

/** Only what might be deleted is counted: that costs calls, and of a database rows read. */
async function withSize(thing: Judged, api: Connection, accountId: string): Promise<Sized> {
  const holder = thing.whose === "orphan" ? holderOf(thing) : undefined;
  if (holder === undefined) return { ...thing, size: undefined };
  const { count, atLeast } = await contentsOf(api, accountId, holder);
  return {
    ...thing,
    size: `${count === undefined ? "?" : `${count}${atLeast ? "+" : ""}`} ${units[holder.kind]}`,
  };
}

interface Request {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly json: boolean;
  readonly names: readonly string[];
  readonly yes: string | undefined;
}

/** Without a stage it is the account of the pull requests' stages that is looked through. */
export function requestOf(args: readonly string[], project: Project): Request {
  const { values, positionals } = parsedLine(line, args, options, expected);
  const isDelete = values.delete;
  const [first] = positionals;
  const isStage =
    first !== undefined && (isPullRequestStage(first) || project.stages.some(({ name }) => name === first));
  const names = isStage ? positionals.slice(1) : positionals;
  if (isDelete !== names.length > 0 || (isDelete && values.json)) throw wrong(args.join(" "));
  const anyPullRequest = withPullRequests(project, [isStage ? first : "pr-1"]);
  const wanted = isStage ? first : project.pullRequests === undefined ? meantStage(project).name : "pr-1";
  const stage = anyPullRequest.stages.find(({ name }) => name === wanted);
  if (stage === undefined) throw wrong(first ?? "");
  return { stage, target: targetNamed(values.target), json: values.json, names, yes: values.yes };
}

const line = {
  verb: "sweep",
  usage: [named("sweep", "[<stage>] [--json | --delete <name>…] [--target cloudflare]")],
} as const;
const expected = "a stage whose account is meant, or none; then --json, or --delete with names";
const options = {
  target: { type: "string" },
  yes: { type: "string" },
  json: { type: "boolean", default: false },
  delete: { type: "boolean", default: false },
} as const;

const wrong = (got: string): UserError => wrongLine(line, "The command line is wrong", got, expected);

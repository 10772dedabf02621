// `lockstep token <stage> <verb>`: the API token that the verb needs, and nothing more. Makes none.

import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { inPlace, type Part } from "../../src/diagnostic/sentence.ts";
import type { Verb } from "../../src/diagnostic/verbs.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type Place, projectAt } from "../place.ts";
import { declaredStack } from "../policy/seen.ts";
import type { TargetName } from "../stack/request.ts";
import { bodyOf, type TokenBody } from "./body.ts";
import { idsOf, surroundingsOf } from "./known.ts";
import { type Needed, neededFor } from "./needed.ts";
import { requestOf, verbOf } from "./request.ts";
import { asText } from "./text.ts";
import { verbNeeds } from "./verb-needs.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target } = request;
  const verb = verbOf(request.verb);
  const part: Part = { kind: "command", verb, args: { stage: stage.name } };
  const command = inPlace(part, placeOfTarget(stage.name, target, root));
  const found = await tokenFor(project, { stage, verb, target, root });
  if (found.needed.length === 0) {
    process.stderr.write(
      `\`${command}\` asks no account for anything in ${stage.name}, so it needs no token.\n`,
    );
    if (request.json) process.stdout.write(`${JSON.stringify({ stage: stage.name, verb, needs: [] })}\n`);
    return 0;
  }
  const { needed, body, accountId, notes } = found;
  const needs = needed.map(({ group, on, ...each }) => ({
    group: group.name,
    scope: group.scope,
    on,
    for: each.for,
  }));
  process.stdout.write(
    request.json
      ? `${JSON.stringify({ stage: stage.name, verb, accountId, needs, body, notes }, null, 2)}\n`
      : asText({ ...found, command }),
  );
  return 0;
}

interface TokenFor {
  readonly needed: readonly Needed[];
  readonly body: TokenBody;
  readonly accountId: string | undefined;
  readonly api: string;
  readonly notes: readonly string[];
}

interface For {
  readonly stage: Stage;
  readonly verb: Verb;
  readonly target: TargetName;
  readonly root: string;
}

const official = "https://api.cloudflare.com/client/v4";

async function tokenFor(project: Project, { stage, verb, target, root }: For): Promise<TokenFor> {
  const [declared, surroundings] = [
    await declaredStack(project, stage, root),
    await surroundingsOf(stage, target, root),
  ];
  const resources = declared.inputs.map(({ type, name, props }) => ({ type, name, inputs: props }));
  const needed = neededFor(verbNeeds[verb], resources, surroundings.up);
  const { accountId, api } = surroundings;
  const body = bodyOf(`lockstep ${stage.name} ${verb}`, needed, {
    accountId,
    ...(await idsOf(needed, surroundings)),
  });
  return {
    needed,
    body,
    accountId,
    api: api?.baseUrl ?? official,
    notes: notesOf(needed, body, surroundings.unknown),
  };
}

/** Roles on Workers can be given on one of them; and an account is an account. */
const isOfStores = ({ name, grants }: Needed["group"]): boolean =>
  !name.startsWith("Account ") && !grants.some((each) => each.startsWith("Workers:"));

/** What a reader has to know of it beside the list. */
function notesOf(needed: readonly Needed[], body: TokenBody, unknown: readonly string[]): readonly string[] {
  const wide = needed.filter(({ on, group }) => on.kind === "account" && isOfStores(group));
  const blanks = body.policies.some(({ permission_groups }) =>
    permission_groups.some(({ id }) => id.startsWith("<")),
  );
  return [
    ...unknown,
    ...(wide.length === 0
      ? []
      : [
          `Cloudflare has no scope below the account for ${wide.map(({ group }) => group.name).join(", ")}: such a token reaches those of every stage in the account. Stages that must not reach one another have accounts of their own`,
        ]),
    ...(blanks
      ? [
          `The ids in angle brackets are in the list of the account: curl ${official}/accounts/<account id>/tokens/permission_groups --header "Authorization: Bearer $CLOUDFLARE_ADMIN_TOKEN"`,
        ]
      : []),
  ];
}

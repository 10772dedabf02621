import type { System } from "../declare/index.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import { isPullRequestStage, type PullRequestStages } from "./pull-requests.ts";
import type { StageDeclaration } from "./stage.ts";

/** Part of host names (`<worker>.<account>.localhost`) and of file names (`Pulumi.<stage>.yaml`). */
const legalName = /^[a-z][a-z0-9-]{0,38}$/;
const domainName = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/;
/** Words that commands use in the place of a stage. */
const taken = ["all", "files"];

/** What is wrong with a project's stages. */
export function checkStages(stages: readonly StageDeclaration[]): Diagnostic[] {
  const none: Diagnostic[] =
    stages.length === 0
      ? [wrong("A project needs a stage", "stages", "none", "at least one", 'stages: [{ name: "dev" }]')]
      : [];
  return [
    ...none,
    ...stages.flatMap(checkStage),
    ...twice(stages.map(({ name }) => name)).map((name) =>
      wrong("Two stages have the same name", "stages", name, "each name once", "rename one of them"),
    ),
    ...twice(stages.flatMap(({ branch }) => branch ?? [])).map((branch) =>
      wrong(
        "Two stages are deployed from the same branch",
        "stages",
        branch,
        "one stage for a branch",
        "give one of them another branch",
      ),
    ),
    ...sameNames(stages),
    ...wrongPromotions(stages),
  ];
}

/** What is wrong with a project's list of systems. Each system itself is checked when it is deployed. */
export const checkSystems = (systems: readonly System[]): Diagnostic[] =>
  twice(systems.map(({ name }) => name)).map((name) =>
    wrong(
      `System ${name} is there twice`,
      "systems",
      `${name}, more than once`,
      "each system once",
      "take one of them out",
    ),
  );

/** What is wrong with what a project says of its pull requests' stages. */
export function checkPullRequests(
  declared: PullRequestStages | undefined,
  stages: readonly StageDeclaration[],
): Diagnostic[] {
  if (declared === undefined) return [];
  const { like, embeddedAccount = "pull-requests", leaseHours = 72 } = declared;
  const named = stages.find(({ name }) => name === like);
  return [
    ...(like !== undefined && named === undefined
      ? [
          wrong(
            "Pull requests would be like a stage that there is none of",
            "pullRequests, like",
            like,
            stages.map(({ name }) => name).join(", "),
            "name one of them",
          ),
        ]
      : []),
    ...(legalName.test(embeddedAccount)
      ? []
      : [
          wrong(
            "An account's name cannot be part of an address",
            "pullRequests, embeddedAccount",
            embeddedAccount,
            "a name like a stage's",
            "rename the account",
          ),
        ]),
    ...(Number.isInteger(leaseHours) && leaseHours > 0
      ? []
      : [
          wrong(
            "A lease has to be whole hours",
            "pullRequests, leaseHours",
            String(leaseHours),
            "1 or more",
            "leaseHours: 72 is three days",
          ),
        ]),
  ];
}

function checkStage({
  name,
  suffix = "",
  embeddedAccount = name,
  zones = [],
  bakeSeconds = 0,
}: StageDeclaration): Diagnostic[] {
  const found: Diagnostic[] = [];
  const where = `stages, ${JSON.stringify(name)}`;
  if (!legalName.test(name) || taken.includes(name))
    found.push(
      wrong(
        "A stage's name cannot be used",
        "stages",
        JSON.stringify(name),
        `a lower case letter, then up to 38 lower case letters, digits and dashes; not ${taken.join(" or ")}`,
        "rename the stage",
      ),
    );
  if (isPullRequestStage(name))
    found.push(
      wrong(
        "A stage has the name of a pull request's",
        "stages",
        name,
        "any other name: a stage pr-<number> is a pull request's, and anybody may seed and destroy it",
        "rename the stage",
      ),
    );
  if (!/^[a-z0-9-]*$/.test(suffix))
    found.push(
      wrong(
        "A stage's suffix cannot be part of names",
        `${where}, suffix`,
        suffix,
        "lower case letters, digits and dashes",
        'a suffix such as "-dev", or ""',
      ),
    );
  if (!legalName.test(embeddedAccount) && legalName.test(name))
    found.push(
      wrong(
        "An account's name cannot be part of an address",
        `${where}, embeddedAccount`,
        embeddedAccount,
        "a name like a stage's",
        "rename the account",
      ),
    );
  for (const zone of zones.filter((each) => !domainName.test(each)))
    found.push(
      wrong(
        "A zone is not a domain's name",
        `${where}, zones`,
        zone,
        "a name in lower case, such as example.com",
        "the name as the account's list of domains has it",
      ),
    );
  if (!Number.isInteger(bakeSeconds) || bakeSeconds < 0)
    found.push(
      wrong(
        "A bake time has to be whole seconds",
        `${where}, bakeSeconds`,
        String(bakeSeconds),
        "0 or more",
        "bakeSeconds: 900 is a quarter of an hour",
      ),
    );
  return found;
}

/** Stages of one account whose stores would have the same names: the second would deploy over the first. */
function sameNames(stages: readonly StageDeclaration[]): Diagnostic[] {
  const keys = stages.map(
    ({ name, suffix = `-${name}`, embeddedAccount = name }) => `${embeddedAccount} ${suffix}`,
  );
  const names = stages.map(({ name }) => name);
  if (twice(names).length > 0) return [];
  return twice(keys).map((key) => {
    const both = names.filter((_, index) => keys[index] === key);
    return wrong(
      "Two stages would give their resources the same names in the same account",
      `stages, ${both.join(" and ")}`,
      `suffix ${JSON.stringify(key.split(" ")[1])} in both`,
      "a suffix of its own for each stage of an account",
      "give one of them another suffix, or another embeddedAccount",
    );
  });
}

/** A stage is promoted from another one, and no two from each other: neither could ever be deployed. */
function wrongPromotions(stages: readonly StageDeclaration[]): Diagnostic[] {
  const fromOf = (name: string | undefined): string | undefined =>
    stages.find((each) => each.name === name)?.promotesFrom;
  return stages.flatMap(({ name, promotesFrom }) => {
    if (promotesFrom === undefined) return [];
    const where = `stages, ${JSON.stringify(name)}, promotesFrom`;
    const others = stages.filter((each) => each.name !== name).map((each) => each.name);
    if (!others.includes(promotesFrom))
      return [
        wrong(
          "A stage is promoted from a stage that there is none of",
          where,
          promotesFrom,
          others.join(", ") || "another stage",
          "name one of them",
        ),
      ];
    const passed = [promotesFrom];
    for (let at = fromOf(promotesFrom); at !== undefined && !passed.includes(at); at = fromOf(at))
      passed.push(at);
    return passed.includes(name)
      ? [
          wrong(
            "Stages are promoted from each other in a circle",
            where,
            [name, ...passed].join(" from "),
            "a first stage, to which anything may be deployed",
            "take promotesFrom out of one of them",
          ),
        ]
      : [];
  });
}

const twice = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

const wrong = (what: string, where: string, got: string, expected: string, fix: string): Diagnostic => ({
  what,
  where: `project.ts, ${where}`,
  got,
  expected,
  fix,
});

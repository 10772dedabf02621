import { type Row, recipe } from "../row.ts";

/** Commands and their options. */
export const commands: readonly Row[] = [
  ...(
    [
      ["up", ["pulumi-up", "prod"], "no terminal"],
      ["up with a bare --yes", ["pulumi-up", "prod", "--yes"], "no terminal"],
      ["up with the name of the stage", ["pulumi-up", "prod", "--yes", "prod"], "no plan that was saved"],
      ["up with the name of another stage", ["pulumi-up", "prod", "--yes", "dev"], "was not confirmed"],
      ["up without a preview", ["pulumi-up", "prod", "--yes", "prod", "--skip-preview"], "--skip-preview"],
      [
        "up with a plan that there is not",
        ["pulumi-up", "prod", "--plan", "none.plan", "--confirm", "0123456789ab"],
        "There is no such plan",
      ],
      ["destroy", ["pulumi-destroy", "prod", "--yes", "prod"], "Destroying prod is blocked"],
      ["up past protection", ["pulumi-up", "prod", "--yes", "prod", "--ignore-protect"], "ignore-protect"],
      ["up under another stack's name", ["pulumi-up", "prod", "--stack", "dev"], "--stack"],
      [
        "up without the policies",
        ["pulumi-up", "prod", "--yes", "prod", "--policy-pack", "none"],
        "--policy-pack",
      ],
      [
        "retire of a store without an approval",
        ["retire", "crm/people", "prod", "--yes", "prod"],
        "crm/people",
      ],
      ["retire of a system without an approval", ["retire", "crm", "prod", "--yes", "prod"], "crm"],
      [
        "forget of what is there",
        ["forget", "prod", "shop/orders", "--reason", "cleanup", "--yes", "prod"],
        "shop/orders",
      ],
      ["reset of the database", ["db", "reset", "prod", "shop/orders", "--yes", "prod"], "prod"],
      ["seed of the database", ["db", "seed", "prod", "shop/orders"], "prod"],
      [
        "restore of a state that is none",
        ["state-restore", "prod", "project.ts", "--yes", "prod"],
        "project.ts",
      ],
      ["the engine's log, which has secrets", ["pulumi-preview", "prod", "--verbose", "9"], "--verbose"],
      ["a loop of development", ["dev", "--stage", "prod"], "prod"],
    ] as const
  ).map(
    ([what, words, says]): Row => ({
      what,
      run: recipe(...words),
      names: [says],
      remedy: /fix: +\S/,
    }),
  ),
];

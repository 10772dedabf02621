import { type Row, recipe, up } from "../row.ts";

/** Variables that steer the engine past the person who typed the command. */
export const environment: readonly Row[] = [
  ...Object.entries({
    PULUMI_OPTION_IGNORE_PROTECT: "true",
    PULUMI_OPTION_SKIP_PREVIEW: "true",
    PULUMI_OPTION_TARGET: "urn:pulumi:prod::lockstep::pulumi:pulumi:Stack::lockstep-prod",
    PULUMI_OPTION_REPLACE: "urn:pulumi:prod::lockstep::pulumi:pulumi:Stack::lockstep-prod",
    PULUMI_OPTION_YES: "true",
    PULUMI_OPTION_REFRESH: "true",
    PULUMI_OPTION_POLICY_PACK_CONFIG: "off.json",
    PULUMI_SKIP_CHECKPOINTS: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_CONTINUE_ON_ERROR: "true",
    PULUMI_DISABLE_PROVIDER_PREVIEW: "true",
  }).map(
    ([name, value]): Row => ({
      what: `${name} is in the environment`,
      files: { "off.json": '{"all":"disabled"}' },
      env: { [name]: value },
      run: up,
      names: [`Stack prod is protected, and does not run with ${name} in the environment`],
      remedy: `unset ${name}`,
    }),
  ),
  {
    what: "a coding agent runs the update",
    env: { CLAUDECODE: "1" },
    run: up,
    names: ["An update of prod is for a person to run"],
    remedy: "Tell the person you work for",
  },
  {
    what: "a coding agent runs the recipe",
    env: { CLAUDECODE: "1" },
    run: recipe("pulumi-up", "prod", "--yes", "prod"),
    names: ["up of prod is for a person to run"],
    remedy: "Tell the person you work for",
  },
  {
    what: "a coding agent writes a secret",
    env: { CLAUDECODE: "1" },
    run: recipe("secret", "prod", "api-key", "--", "another"),
    names: ["secret of prod is for a person to run"],
    remedy: "Tell the person you work for",
  },
  {
    what: "the shell is of a real account",
    env: { PULUMI_BACKEND_URL: "file:///tmp" },
    run: recipe("pulumi-up", "prod", "--target", "cloudflare", "--yes", "prod"),
    names: ["Change prod was not confirmed; nothing was changed"],
    remedy: "save the plan, look at it",
  },
];

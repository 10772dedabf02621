import { describe, expect, test } from "vitest";
import project from "../../../project.ts";
import { stateUrlOf } from "../../../toolchain/launchers/pulumi-launcher.ts";
import { placesOf } from "../../../toolchain/project.ts";
import { realEnvironment } from "./environment.ts";

const { stages } = project;

const [dev] = stages;
if (dev === undefined) throw new Error("there are no stages");
const places = { ...placesOf("/somewhere/project"), code: "/somewhere/lockstep" };
const token = { CLOUDFLARE_API_TOKEN: "token" };

describe("the environment of a real account", () => {
  test("has nothing left of the embedded target", () => {
    const shell = {
      ...token,
      PULUMI_BACKEND_URL: stateUrlOf(places),
      PULUMI_CONFIG_PASSPHRASE: "embedded",
      PULUMI_HOME: places.home,
      PULUMI_DEBUG_PROVIDERS: "cloudflare:1",
      PULUMI_OPTION_CONFIG_FILE: "x",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      HOME: "/home/me",
    };
    expect(realEnvironment(shell, {}, dev, places)).toEqual({
      ...token,
      HOME: "/home/me",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_OPTION_POLICY_PACK: "/somewhere/lockstep/policy",
      LOCKSTEP_PROJECT: "/somewhere/project",
    });
  });

  test("keeps a team's own backend and passphrase", () => {
    const shell = { ...token, PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE: "ours" };
    expect(realEnvironment(shell, {}, dev, places)).toMatchObject({
      PULUMI_BACKEND_URL: "s3://state",
      PULUMI_CONFIG_PASSPHRASE: "ours",
    });
  });

  test("takes token and account from the stage's file", () => {
    const file = { CLOUDFLARE_API_TOKEN: "from-file", CLOUDFLARE_ACCOUNT_ID: "a" };
    expect(realEnvironment({}, file, dev, places)).toMatchObject(file);
  });

  test("is refused when shell and file name two accounts, without showing either", () => {
    const wrong = () =>
      realEnvironment(
        { CLOUDFLARE_ACCOUNT_ID: "aaa", ...token },
        { CLOUDFLARE_ACCOUNT_ID: "bbb" },
        dev,
        places,
      );
    expect(wrong).toThrow(/The shell and \.env\.dev disagree[\s\S]*CLOUDFLARE_ACCOUNT_ID/);
    expect(wrong).not.toThrow(/aaa|bbb/);
  });

  test("is refused in a shell whose token is the embedded one's; an API of a team's own elsewhere is not", () => {
    const at = (api: string) => () =>
      realEnvironment({ ...token, CLOUDFLARE_API_BASE_URL: api }, {}, dev, places);
    expect(at("http://127.0.0.1:8787/client/v4")).toThrow(/left over from `env -- --wrangler`/);
    expect(at("https://proxy.example/client/v4")).not.toThrow();
  });

  test("is refused without a token, with the command that shows the one to make", () => {
    expect(() => realEnvironment({}, {}, dev, places)).toThrow(
      /There is no API token[\s\S]*token <stage> up shows/,
    );
  });

  test("quotes a policy pack whose path has a comma", () => {
    const odd = { ...places, code: "/some,where" };
    expect(realEnvironment(token, {}, dev, odd)["PULUMI_OPTION_POLICY_PACK"]).toBe('"/some,where/policy"');
  });
});

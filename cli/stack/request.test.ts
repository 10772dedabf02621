import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { requestOf } from "./request.ts";

const names = (args: readonly string[]): readonly string[] =>
  requestOf(args, project).stages.map(({ name }) => name);

describe("a command line", () => {
  test("is for the embedded target unless it says otherwise", () => {
    expect(requestOf(["up", "dev"], project)).toMatchObject({
      command: "up",
      target: "embedded",
      yes: undefined,
      rest: [],
    });
    expect(requestOf(["up", "prod", "--target", "cloudflare", "--yes", "prod"], project)).toMatchObject({
      target: "cloudflare",
      yes: "prod",
    });
    expect(requestOf(["up", "prod", "--target=cloudflare", "--yes=prod"], project)).toMatchObject({
      target: "cloudflare",
      yes: "prod",
    });
  });

  test("can be for all stages, in the order of promotion", () => {
    expect(names(["up", "all"])).toEqual(["dev", "staging", "prod"]);
    expect(names(["preview", "all"])).toEqual(["dev", "staging", "prod"]);
    expect(() => names(["destroy", "all"])).toThrow(/no such stage/);
  });

  test("hands pulumi's own options on, with their values", () => {
    const urn = "urn:pulumi:dev::lockstep::cloudflare:index/queue:Queue::dome/x";
    expect(requestOf(["drift", "dev", "--json", "--diff", "--parallel", "4"], project)).toMatchObject({
      rest: ["--diff", "--parallel", "4", "--json"],
    });
    expect(requestOf(["up", "dev", "--target", urn, "--target", "embedded"], project)).toMatchObject({
      rest: ["--target", urn],
      target: "embedded",
    });
    expect(requestOf(["up", "dev", "--", "--yes", "-v", "9"], project)).toMatchObject({
      rest: ["--yes", "-v", "9"],
      yes: undefined,
    });
  });

  test("with an option that its command does not read is refused, and one of pulumi is handed on to who takes it", () => {
    for (const command of ["status", "outputs", "summary", "verify", "unlock"])
      expect(() => requestOf([command, "dev", "--nonsense"], project)).toThrow(
        new RegExp(`${command} takes no such option[\\s\\S]*--nonsense`),
      );
    expect(requestOf(["outputs", "dev", "--json"], project).rest).toEqual(["--json"]);
    expect(requestOf(["up", "dev", "--nonsense"], project).rest).toEqual(["--nonsense"]);
  });

  test("that leaves the stage out means dev, but never on a real account or where a word may be the stage", () => {
    expect(requestOf(["preview", "--json"], project)).toMatchObject({
      stages: [{ name: "dev" }],
      rest: ["--json"],
    });
    expect(requestOf(["up", "--yes", "--diff"], project)).toMatchObject({
      stages: [{ name: "dev" }],
      yes: "",
      rest: ["--diff"],
    });
    for (const args of [
      ["up", "--target", "cloudflare"],
      ["destroy", "--diff", "staging"],
      ["import", "--json"],
    ])
      expect(() => requestOf(args, project)).toThrow(/has to be named, before any options/);
  });

  test("takes a stage's name behind --yes, and nothing else", () => {
    expect(requestOf(["up", "prod", "--yes", "prod", "--diff"], project)).toMatchObject({
      yes: "prod",
      rest: ["--diff"],
    });
    expect(requestOf(["up", "dev", "-y", "--skip-preview"], project)).toMatchObject({
      yes: "",
      rest: ["--skip-preview"],
    });
    expect(requestOf(["up", "dev"], project).yes).toBeUndefined();
  });

  test("names what it works on", () => {
    expect(requestOf(["import", "dev", "dome/silo"], project)).toMatchObject({ subject: "dome/silo" });
    expect(requestOf(["retire", "dome", "dev"], project)).toMatchObject({
      subject: "dome",
      stages: [{ name: "dev" }],
    });
    expect(requestOf(["secret", "dev", "jwt-key"], project)).toMatchObject({ subject: "jwt-key" });
  });

  test.each([
    [["deploys", "dev"], /no such command/],
    [["up", "production"], /no such stage/],
    [["up", "dev", "staging"], /Too many words/],
    [["up", "dev", "--target", "aws"], /no such target/],
    [["import", "dev"], /import needs to know what/],
    [["retire", "dome"], /stage has to be named/],
    [["up", "dev", "--repair"], /up takes no such option/],
    [["drift", "dev", "--repair", "--json"], /drift takes no such option/],
    [["drift", "dev", "--plan", "a"], /drift takes no such option/],
    [["drift", "dev", "--repair", "--plan", "a", "--save-plan", "b"], /drift takes no such option/],
  ])("%j is refused", (args, message) => {
    expect(() => requestOf(args, project)).toThrow(message);
  });
});

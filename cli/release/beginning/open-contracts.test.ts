import { expect, test } from "vitest";
import project from "../../../project.ts";
import { refuseOpenContracts } from "./open-contracts.ts";

test("a contract that is open and has not run refuses a release, one that ran does not", () => {
  const [stage] = project.stages;
  if (stage === undefined) throw new Error("no stage");
  const database = { applied: 2, schema: "", bookmarkBefore: "" };
  const databases = { "shop/orders": { ...database, lastMigration: "0002_paid.sql" } };
  const open = (through: string) => () =>
    refuseOpenContracts({ "shop/orders": { through } }, { databases }, stage);
  expect(open("0003_drop.sql")).toThrow(/A contract migration is open/);
  expect(open("0002_paid.sql")).not.toThrow();
  expect(() => refuseOpenContracts(undefined, { databases }, stage)).not.toThrow();
});

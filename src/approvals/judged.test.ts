import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type Approval, approval } from "./approval.ts";
import { approvalEntry } from "./block.ts";
import { type Change, digestOfChange } from "./change.ts";
import { type ApprovalsAsked, judgedApprovals, type Needed } from "./judged.ts";

const change: Change = {
  stage: "prod",
  resource: "shop/orders",
  identity: { kind: "queue", id: "q1" },
  operation: "messageRetentionSeconds",
  before: 345_600,
  after: 60,
};
const digest = digestOfChange(change);
const needed: Needed = {
  change,
  refusal: {
    what: "A change of shop/orders loses data",
    where: "shop/orders",
    got: "3 messages",
    expected: "the value as it was",
    otherwise: "put it back",
  },
};
const given = (of: Partial<Approval> = {}): Approval => ({
  resource: "shop/orders",
  digest,
  reason: "billed",
  by: "anna",
  until: "2999-01-01",
  ...of,
});
const judged = (asked: Partial<ApprovalsAsked>) =>
  judgedApprovals({
    stage: "prod",
    approvals: [],
    needed: [],
    doing: [],
    possible: [],
    past: new Set(),
    ...asked,
  });

describe("the digest of a change", () => {
  test("is the same whatever the order of keys", () => {
    expect(digestOfChange({ ...change, identity: { id: "q1", kind: "queue" } })).toBe(digest);
  });

  test.each([
    { stage: "staging" },
    { resource: "shop/bills" },
    { identity: { kind: "queue", id: "q2" } },
    { operation: "deadLetter" },
    { before: 86_400 },
    { after: 61 },
  ])("is another one with %o", (other) => {
    expect(digestOfChange({ ...change, ...other })).not.toBe(digest);
  });
});

describe("an approval", () => {
  test("lets exactly its change go on, and is told", () => {
    const { refused, used, told } = judged({ needed: [needed], approvals: [given()] });
    expect(refused).toEqual([]);
    expect(used).toEqual([given()]);
    expect(told).toEqual(["shop/orders, messageRetentionSeconds: approved by anna until 2999-01-01: billed"]);
  });

  test("is printed as a block that has to be filled in, and then fits", () => {
    const [refusal] = judged({ needed: [needed] }).refused;
    const entry = /lockstep:approvals: \[(.*)\]$/.exec(String(refusal?.fix))?.[1] ?? "";
    expect(entry).toBe(approvalEntry({ resource: "shop/orders", digest }));
    const pasted: unknown = parse(entry);
    expect(approval.safeParse(pasted).success).toBe(false);
    const filledIn = approval.parse({ ...z.looseObject({}).parse(pasted), reason: "billed", by: "anna" });
    expect(judged({ needed: [needed], approvals: [filledIn] }).refused).toEqual([]);
  });

  test("is void once the change is another one", () => {
    const { refused, used } = judged({
      needed: [{ ...needed, change: { ...change, after: 61 } }],
      approvals: [given()],
    });
    expect(used).toEqual([]);
    expect(refused.map(({ what }) => what)).toEqual([
      "A change of shop/orders loses data",
      "An approval for shop/orders matches nothing that is done to it",
    ]);
    expect(refused[0]?.got).toContain("the approval by anna is for another change");
  });

  test("of another resource approves of nothing, whatever its digest", () => {
    expect(judged({ needed: [needed], approvals: [given({ resource: "shop/bills" })] }).refused).toHaveLength(
      2,
    );
  });

  test("that matches nothing is refused, and one whose change is done or yet to come is told", () => {
    expect(judged({ approvals: [given()] }).refused[0]).toMatchObject({
      what: "An approval for shop/orders matches nothing that is done to it",
      where: "lockstep:approvals of stack prod",
      fix: expect.stringContaining("take it out"),
    });
    const done = judged({ approvals: [given()], past: new Set([digest]) });
    expect([done.refused, done.used]).toEqual([[], []]);
    expect(done.told[0]).toContain("is done; take the entry out");
    const later = judged({ approvals: [given()], possible: [change] });
    expect([later.refused, later.used]).toEqual([[], []]);
    expect(later.told[0]).toContain("not done by this run");
  });

  test("as it was written before it had a digest is refused, with what to put in its place", () => {
    const { digest: _, ...older } = given();
    const [refusal, ...others] = judged({ needed: [needed], approvals: [older] }).refused;
    expect(others).toEqual([]);
    expect(refusal?.got).toContain("does not say which change it is for");
    const entry = String(refusal?.fix).split("\n").at(-1) ?? "";
    expect(approval.parse(parse(entry))).toEqual(given());
    expect(judged({ approvals: [older] }).refused[0]?.fix).toBe("take it out of the stack file");
  });
});

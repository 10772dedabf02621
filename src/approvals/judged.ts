import type { Diagnostic } from "../diagnostic/user-error.ts";
import { type Approval, approvalText, type ChangeApproval, isException, isOfChange } from "./approval.ts";
import { approvalEntry, approvedBy } from "./block.ts";
import { type Change, digestOfChange } from "./change.ts";

/** A change that is refused as long as nobody has approved of it. */
export interface Needed {
  readonly change: Change;
  /** How it is refused, but for what is said of approvals. */
  readonly refusal: Pick<Diagnostic, "what" | "where" | "got"> & {
    /** Besides an approval. */
    readonly expected: string;
    /** What can be done instead: `put it back`. */
    readonly otherwise: string;
  };
}

/** What approvals are held against. */
export interface ApprovalsAsked {
  readonly stage: string;
  readonly approvals: readonly Approval[];
  /** What this run does and nobody may do unasked. */
  readonly needed: readonly Needed[];
  /** What else this run does that an approval may name. */
  readonly doing: readonly Change[];
  /** What an approval may name before it is done: a store that could be retired, a contract that waits. */
  readonly possible: readonly Change[];
  /** Digests of what earlier runs did by an approval. */
  readonly past: ReadonlySet<string>;
}

/** What became of the approvals of changes. */
export interface JudgedApprovals {
  readonly refused: readonly Diagnostic[];
  /** Those that this run makes use of. */
  readonly used: readonly ChangeApproval[];
  /** A sentence for each. */
  readonly told: readonly string[];
}

/** Holds the approvals of a stack file against what is done: each change that needs one has it, and each of them is for a change. */
export function judgedApprovals(asked: ApprovalsAsked): JudgedApprovals {
  const { approvals, needed, doing, possible, past, stage } = asked;
  const given = approvals.filter(isOfChange);
  const isApproved = (digest: string, { resource }: Change): boolean =>
    given.some((each) => each.digest === digest && each.resource === resource);
  const now = new Map(
    [...needed.map(({ change }) => change), ...doing].map((each) => [digestOfChange(each), each]),
  );
  const later = new Map(possible.map((each) => [digestOfChange(each), each]));
  const open = needed.filter(({ change }) => !isApproved(digestOfChange(change), change));
  const older = approvals.filter((each) => each.digest === undefined && each.rule === undefined);
  const used: ChangeApproval[] = [];
  const told: string[] = approvals
    .filter(isException)
    .map((each) => `${each.resource} is excepted from the policy rule ${each.rule}: ${approvalText(each)}`);
  const refused: Diagnostic[] = [];
  for (const each of given) {
    const [doneNow, doneLater] = [now.get(each.digest), later.get(each.digest)];
    if (doneNow?.resource === each.resource) {
      used.push(each);
      told.push(`${each.resource}, ${doneNow.operation}: ${approvalText(each)}`);
    } else if (doneLater?.resource === each.resource)
      told.push(`${each.resource}, ${doneLater.operation}: ${approvalText(each)}; not done by this run`);
    else if (past.has(each.digest))
      told.push(
        `${each.resource}: what ${each.by} approved of is done; take the entry out of lockstep:approvals`,
      );
    else refused.push(matchesNothing(each, open, stage));
  }
  return {
    refused: [
      ...open.map((each) => notApproved(each, approvals, stage)),
      ...refused,
      ...older
        .filter(({ resource }) => !open.some(({ change }) => change.resource === resource))
        .map((each) => forNoChange(each, stage)),
    ],
    used,
    told,
  };
}

/** A change that nobody has approved of; an approval of another change of the resource is named. */
function notApproved({ change, refusal }: Needed, approvals: readonly Approval[], stage: string): Diagnostic {
  const digest = digestOfChange(change);
  const others = approvals.filter(({ resource, rule }) => resource === change.resource && rule === undefined);
  const void_ = others.map((each) =>
    each.digest === undefined
      ? `; the approval by ${each.by} does not say which change it is for`
      : `; the approval by ${each.by} is for another change (${each.digest})`,
  );
  const older = others.find((each) => each.digest === undefined);
  return {
    what: refusal.what,
    where: refusal.where,
    got: `${refusal.got}${void_.join("")}`,
    expected: `${refusal.expected}, or an approval in the stack file with this change's digest, ${digest}`,
    fix:
      older === undefined
        ? `${refusal.otherwise}; or have it approved: ${approvedBy([{ resource: change.resource, digest }], stage)}`
        : `${refusal.otherwise}; or, if ${older.by} meant this change, put this in the place of that entry of lockstep:approvals:\n${approvalEntry({ resource: change.resource, digest }, older)}`,
  };
}

const matchesNothing = (
  { resource, digest, by, until }: ChangeApproval,
  open: readonly Needed[],
  stage: string,
): Diagnostic => {
  const now = open
    .filter(({ change }) => change.resource === resource)
    .map(({ change }) => digestOfChange(change));
  return {
    what: `An approval for ${resource} matches nothing that is done to it`,
    where: `lockstep:approvals of stack ${stage}`,
    got: `${digest}, by ${by} until ${until}`,
    expected: now.length === 0 ? "no approval: nothing needs one there" : now.join(" or "),
    fix: "take it out of the stack file; what was approved of is not what would be done now, so a change that is still to come is approved anew",
  };
};

/** As they were written before an approval had a digest. */
const forNoChange = ({ resource, by, until }: Approval, stage: string): Diagnostic => ({
  what: `An approval for ${resource} does not say which change it is for, and nothing is done to it that needs one`,
  where: `lockstep:approvals of stack ${stage}`,
  got: `no digest, by ${by} until ${until}`,
  expected: "the digest that the refusal of a change prints",
  fix: "take it out of the stack file",
});

import * as pulumi from "@pulumi/pulumi";
import type { Approval } from "../approvals/approval.ts";
import type { KnownByLabel } from "../reality/known.ts";
import type { Repair } from "../reality/repair.ts";
import { loads } from "./shim.ts";
import type { RecordedWorker } from "./worker-record.ts";

/** What a stack was deployed to, and which of its resources hold data. */
export interface TargetArgs {
  /** The stage's name, for what a refusal tells to type. */
  readonly stage: string;
  readonly target: "embedded" | "cloudflare";
  readonly accountId: string;
  /** System → `<kind> <logical name>` → what Cloudflare knows the resource by: another value would be another, empty resource. */
  readonly systems: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Systems that may go: with their resources, as far as those are not protected. */
  readonly retired: readonly string[];
  /** By `<system>/<worker>`. */
  readonly workers: Readonly<Record<string, RecordedWorker>>;
  /** `<kind> <system>/<name>` of everything in the program that holds data. */
  readonly holds: readonly string[];
  /** Of those, what the stack's state knows them by. */
  readonly stores: KnownByLabel;
  /** What was lost and given up, by its label: `lockstep:forgotten`. */
  readonly forgotten: Readonly<Record<string, { readonly id: string }>>;
  /** The release that the stack is in the middle of. @default - none */
  readonly release?: { readonly id: string; readonly by: string; readonly at: string } | undefined;
  /** What was changed by hand where the official provider does not look. */
  readonly repairs: readonly Repair[];
  /** What was agreed to, by this run and by earlier ones: written down before anything is done. */
  readonly approved: readonly Approval[];
}

/** The first resource of a stack. It refuses: another target, another account, a store exchanged for an empty one, one that is gone. */
export class Target extends pulumi.CustomResource {
  constructor(name: string, args: TargetArgs, opts?: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/lockstep:Target", name, { ...args, __provider: loads("Target") }, opts);
  }
}

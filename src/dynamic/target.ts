import * as pulumi from "@pulumi/pulumi";
import type { Approval } from "../approvals/approval.ts";
import type { KnownByLabel } from "../reality/known.ts";
import type { Repair } from "../reality/repair.ts";
import type { KeptJournals } from "../release/journal/kept.ts";
import { loads } from "./shim.ts";
import type { RecordedWorker } from "./worker-record.ts";

/** What a promotion is judged by. No part of what a stack is: another one changes no resource. */
export interface Promotion {
  /** The stage that is promoted from. */
  readonly from: string;
  /** How long it has to have served it. */
  readonly bakeSeconds: number;
  /** By system. */
  readonly systems: Readonly<
    Record<
      string,
      {
        /** What this run deploys. */
        readonly built: string;
        /** What the stage before said to serve, and since when (ISO 8601). @default - nothing that is to be believed */
        readonly served?: { readonly digest: string; readonly servedAt: string };
      }
    >
  >;
  /** Why what the stage before said is not to be believed. @default - it is, or nothing was said */
  readonly doubt?: string;
  /** The run says that it is a rollback. One that is has the state's promotion still: it is of deployments alone. @default - it says nothing */
  readonly rollback?: true;
}

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
  /** For the policies: what is built, and what the stage that it is promoted from has served. @default - it is promoted from none */
  readonly promotion?: Promotion | undefined;
  /** Of the release whose `up` this is: its id → its journal. The check adds those that the state keeps. @default - it is no release's */
  readonly journals?: KeptJournals | undefined;
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

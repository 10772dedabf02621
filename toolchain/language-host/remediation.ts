import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import { unframed } from "../../src/engine/rpc.ts";

const { REMEDIATE } = analyzerproto.EnforcementLevel;

/**
 * Whether a pack changes resources at all, from what passes between it and the engine. The engine asks every pack about every resource twice, and
 * the second question is this one: a pack without a rule on the level "remediate" answers nothing to it, and need not be asked.
 */
export interface Remediation {
  /** The engine's configuration of the pack: it can put a rule on the level. */
  configured(request: Buffer): void;
  /** The pack's answer about itself. */
  described(answer: Buffer): void;
  /** True when it is certain that the pack changes nothing. */
  readonly never: () => boolean;
}

export function remediation(): Remediation {
  let described: boolean | undefined;
  let configured = false;
  return {
    configured(request) {
      const configuration = analyzerproto.ConfigureAnalyzerRequest.deserializeBinary(unframed(request));
      // An empty configuration takes an earlier one back, but one rule may go by another's: asking is never wrong.
      configured ||= [...configuration.getPolicyconfigMap().entries()].some(
        ([, policy]) => policy.getEnforcementlevel() === REMEDIATE,
      );
    },
    described(answer) {
      const info = analyzerproto.AnalyzerInfo.deserializeBinary(unframed(answer));
      described = info.getPoliciesList().some((policy) => policy.getEnforcementlevel() === REMEDIATE);
    },
    never: () => described === false && !configured,
  };
}

import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import structproto from "google-protobuf/google/protobuf/struct_pb.js";
import type { PolicyLevel } from "../../src/project/policies.ts";
import type { Pack } from "../pack-options.ts";
import { isStackRule, type Rule, type Setting, type Severity } from "../rules/rule.ts";

export const packName = "lockstep";
export const packVersion = "1.0.0";

const { ADVISORY, MANDATORY, DISABLED, REMEDIATE } = analyzerproto.EnforcementLevel;
const wireLevels = {
  advisory: ADVISORY,
  mandatory: MANDATORY,
  disabled: DISABLED,
  remediate: REMEDIATE,
} as const satisfies Readonly<Record<PolicyLevel, analyzerproto.EnforcementLevel>>;

export const levelOnWire = (level: PolicyLevel): analyzerproto.EnforcementLevel => wireLevels[level];

export const levelFromWire = (level: analyzerproto.EnforcementLevel): PolicyLevel => {
  switch (level) {
    case ADVISORY:
      return "advisory";
    case MANDATORY:
      return "mandatory";
    case DISABLED:
      return "disabled";
    case REMEDIATE:
      return "remediate";
    default:
      return level satisfies never;
  }
};

export const severityOnWire: Readonly<Record<Severity, analyzerproto.PolicySeverity>> = {
  low: analyzerproto.PolicySeverity.POLICY_SEVERITY_LOW,
  medium: analyzerproto.PolicySeverity.POLICY_SEVERITY_MEDIUM,
  high: analyzerproto.PolicySeverity.POLICY_SEVERITY_HIGH,
  critical: analyzerproto.PolicySeverity.POLICY_SEVERITY_CRITICAL,
};

/** The level that the engine is told of a rule: that of its stack, or of a stack that holds data where it does not say which it is. */
export const saidLevel = (pack: Pack, rule: Rule, stack: string | undefined): PolicyLevel =>
  stack === undefined ? rule.levels.protected : pack.levelOf(rule, stack);

/** What the pack says of itself. */
export function infoOf(pack: Pack, stack: string | undefined): analyzerproto.AnalyzerInfo {
  const info = new analyzerproto.AnalyzerInfo()
    .setName(packName)
    .setDisplayname("Lockstep")
    .setVersion(packVersion)
    .setDescription("What no program for Cloudflare should do to its data, its secrets and its visitors")
    .setSupportsconfig(true);
  for (const rule of pack.rules)
    info.addPolicies(
      new analyzerproto.PolicyInfo()
        .setName(rule.id)
        .setDisplayname(rule.id)
        .setDescription(rule.title)
        .setRemediationSteps(rule.remediation)
        .setEnforcementlevel(levelOnWire(saidLevel(pack, rule, stack)))
        .setSeverity(severityOnWire[rule.severity])
        .setPolicyType(
          isStackRule(rule)
            ? analyzerproto.PolicyType.POLICY_TYPE_STACK
            : analyzerproto.PolicyType.POLICY_TYPE_RESOURCE,
        )
        .setConfigschema(schemaOf(rule)),
    );
  return info;
}

function schemaOf({ settings = {} }: Rule): analyzerproto.PolicyConfigSchema {
  const properties = Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, typeOf(setting)]),
  );
  return new analyzerproto.PolicyConfigSchema().setProperties(structproto.Struct.fromJavaScript(properties));
}

function typeOf(setting: Setting): Record<string, structproto.JavaScriptValue> {
  switch (setting.kind) {
    case "number":
      return { type: "integer", minimum: setting.least, maximum: setting.most, description: setting.says };
    case "choice":
      return { type: "string", enum: [...setting.of], description: setting.says };
    case "list":
      return { type: "array", items: { type: "string" }, description: setting.says };
    default:
      return setting satisfies never;
  }
}

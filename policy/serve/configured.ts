import type analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { PolicyChoice, PolicyChoices } from "../../src/project/policies.ts";
import type { Pack } from "../pack-options.ts";
import { levelFromWire, saidLevel } from "./info.ts";

/**
 * Choices of a configuration file (`--policy-pack-config`). The engine sends a level for every rule: one that is what it was told is no choice,
 * and the rule keeps its levels by stage.
 */
export function choicesOf(
  request: analyzerproto.ConfigureAnalyzerRequest,
  pack: Pack,
  stack: string | undefined,
): PolicyChoices {
  const choices: Record<string, PolicyChoice> = {};
  for (const rule of pack.rules) {
    const given = request.getPolicyconfigMap().get(rule.id);
    if (given === undefined) continue;
    const level = levelFromWire(given.getEnforcementlevel());
    const settings = Object.entries({ ...given.getProperties()?.toJavaScript() }).flatMap(
      ([name, value]): [string, string | number | readonly string[]][] => {
        if (typeof value === "string" || typeof value === "number") return [[name, value]];
        if (Array.isArray(value)) return [[name, value.map(String)]];
        return [];
      },
    );
    choices[rule.id] = {
      ...(level !== saidLevel(pack, rule, stack) && { level }),
      ...(settings.length > 0 && { settings: Object.fromEntries(settings) }),
    };
  }
  return choices;
}

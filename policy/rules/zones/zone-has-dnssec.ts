import { types } from "../../seen/types.ts";
import { textAt, unknown } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";

/** Answers of a zone that are signed cannot be forged on the way. */
export const zoneHasDnssec: StackRule = {
  id: "zone-has-dnssec",
  title: "Every zone that a stack makes has DNSSEC.",
  why: "Without signatures whoever is on the way can send a visitor elsewhere.",
  remediation: 'Add a ZoneDnssec with `status: "active"`, and its DS record at the registrar.',
  severity: "medium",
  levels: { protected: "advisory", others: "disabled" },
  checkStack: (resources) => {
    const signed = resources.filter(({ type }) => type === types.zoneDnssec);
    const disabled = signed.flatMap((dnssec): StackFinding[] => {
      const status = textAt(dnssec.props, "status");
      if (status === unknown) return [about(dnssec, cannotTell(dnssec, "its status"))];
      return status === "disabled"
        ? [about(dnssec, violation(`${dnssec.name} turns DNSSEC off. Set status to "active".`))]
        : [];
    });
    const bare = resources
      .filter(({ type }) => type === types.zone)
      .filter(
        (zone) =>
          !signed.some(
            ({ props, dependsOn }) =>
              dependsOn.includes(zone.urn) ||
              (typeof props["zoneId"] === "string" && props["zoneId"] === zone.props["id"]),
          ),
      )
      .map((zone) =>
        about(
          zone,
          violation(`${zone.name} has no DNSSEC in this stack. Add a ZoneDnssec with status "active".`),
        ),
      );
    return [...disabled, ...bare];
  },
};

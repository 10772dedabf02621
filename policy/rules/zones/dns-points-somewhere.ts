import { types } from "../../seen/types.ts";
import { knownText, textAt, unknown } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation, warning } from "../rule.ts";

/** Addresses that are of no use to the world, and say what a network looks like inside. */
const internal =
  /^(?:10\.|127\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i;

/** Where the names of things that a stack can have end. */
const ours: readonly (readonly [suffix: RegExp, type: string, property: string, what: string])[] = [
  [/^([\w-]+)\.[\w-]+\.workers\.dev\.?$/i, types.worker, "name", "worker"],
  [/^(pub-[0-9a-f]{32})\.r2\.dev\.?$/i, types.r2ManagedDomain, "bucketId", "bucket"],
];

/** A record that points at what is not there can be taken over by whoever makes it. */
export const dnsPointsSomewhere: StackRule = {
  id: "dns-points-somewhere",
  title: "No DNS record points at nothing, at an internal address, or from every name at once.",
  why: "Whoever makes the thing that a forgotten record points at answers under your name, with your cookies.",
  remediation: "Take the record out, or make what it points at in the same program.",
  severity: "high",
  warns: true,
  levels: { protected: "advisory", others: "advisory" },
  checkStack: (resources) =>
    resources
      .filter(({ type }) => type === types.dnsRecord)
      .flatMap((record): StackFinding[] => {
        const kind = knownText(record.props["type"]);
        if (kind !== "A" && kind !== "AAAA" && kind !== "CNAME") return [];
        const content = textAt(record.props, "content");
        if (content === unknown) {
          // It takes its target from something that this stack makes.
          return record.dependsOn.length > 0 ? [] : [about(record, cannotTell(record, "what it points at"))];
        }
        const found: StackFinding[] = [];
        if (content === undefined || content.trim() === "")
          found.push(
            about(
              record,
              violation(`${record.name} points at nothing. Take the record out, or write its content.`),
            ),
          );
        else if (kind !== "CNAME" && internal.test(content))
          found.push(
            about(
              record,
              violation(
                `${record.name} points at ${content}, an internal address. Take the record out of the public zone.`,
              ),
            ),
          );
        else if (kind === "CNAME") {
          for (const [suffix, type, property, what] of ours) {
            const name = suffix.exec(content)?.[1];
            if (name === undefined) continue;
            const isHere = resources.some(
              (each) =>
                (each.type === type || (type === types.worker && each.type === types.script)) &&
                [each.props[property], each.props["scriptName"]].includes(name),
            );
            if (!isHere)
              found.push(
                about(
                  record,
                  violation(
                    `${record.name} points at ${content}, a ${what} that this stack does not have: whoever makes one of that name answers here.`,
                  ),
                ),
              );
          }
        }
        if (knownText(record.props["name"])?.startsWith("*") === true)
          found.push(
            about(
              record,
              warning(
                `${record.name} answers for every name (${knownText(record.props["name"])}): also for those that were meant to be gone.`,
              ),
            ),
          );
        return found;
      }),
};

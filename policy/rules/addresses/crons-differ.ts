import { type Cron, parseCron, type Values } from "../../../src/cron/cron.ts";
import { types } from "../../seen/types.ts";
import { at, listAt, unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** Two expressions that fire in the same minute run the same code twice at once. */
export const cronsDiffer: ResourceRule = {
  id: "crons-differ",
  title:
    "A worker has no two cron expressions that fire at the same times, and none that Cloudflare would refuse.",
  why: "The worker is invoked once for each expression, at the same moment: what it does is done twice, side by side.",
  remediation: "Take one of the two out, or move it by some minutes.",
  severity: "low",
  levels: { protected: "advisory", others: "advisory" },
  settings: {
    overlap: {
      kind: "choice",
      says: "`same`: expressions that always fire together; `any`: also those that meet now and then, as an hourly and a nightly one do",
      standard: "same",
      of: ["same", "any"],
    },
  },
  of: [types.cron],
  check: (resource, { text }) => {
    const schedules = listAt(resource.props, "schedules");
    if (schedules === unknown) return [cannotTell(resource, "its schedules")];
    const texts = schedules.map((each) => at(each, "cron"));
    const found: Finding[] = texts.includes(unknown) ? [cannotTell(resource, "one of its schedules")] : [];
    const crons: { readonly text: string; readonly cron: Cron }[] = [];
    for (const each of texts) {
      if (typeof each !== "string") continue;
      const cron = parseCron(each);
      if ("expected" in cron)
        found.push(
          violation(
            `${resource.name} has the cron expression ${JSON.stringify(each)}, which Cloudflare refuses: it expects ${cron.expected}.`,
          ),
        );
      else crons.push({ text: each, cron });
    }
    const meets = text("overlap") === "any" ? meet : areSame;
    crons.forEach((one, i) => {
      for (const two of crons.slice(0, i))
        if (meets(one.cron, two.cron))
          found.push(
            violation(
              `${resource.name} fires ${JSON.stringify(two.text)} and ${JSON.stringify(one.text)} ${areSame(one.cron, two.cron) ? "at the same times" : "together now and then"}: its work is done twice then. Take one out, or move it by some minutes.`,
            ),
          );
    });
    return found;
  },
};

const canonical = ({ minute, hour, month, dayOfMonth, dayOfWeek }: Cron): string =>
  JSON.stringify([minute, hour, month, dayOfMonth, dayOfWeek], (key, value: unknown) => {
    // `*` and `0-59` fire together, but of days they do not: one that is `*` leaves the choice to the other.
    if (key === "any") return undefined;
    return value instanceof Set ? [...value].sort((a, b) => Number(a) - Number(b)) : value;
  }) + String([dayOfMonth.kind === "days" && dayOfMonth.any, dayOfWeek.kind === "days" && dayOfWeek.any]);

const areSame = (one: Cron, two: Cron): boolean => canonical(one) === canonical(two);

const share = (one: Values, two: Values): boolean => [...one.allowed].some((value) => two.allowed.has(value));

/** Whether there can be a minute in which both fire: days that are counted otherwise than by numbers are taken to meet. */
const meet = (one: Cron, two: Cron): boolean =>
  share(one.minute, two.minute) &&
  share(one.hour, two.hour) &&
  share(one.month, two.month) &&
  (one.dayOfWeek.kind !== "days" || two.dayOfWeek.kind !== "days" || share(one.dayOfWeek, two.dayOfWeek)) &&
  (one.dayOfMonth.kind !== "days" || two.dayOfMonth.kind !== "days" || share(one.dayOfMonth, two.dayOfMonth));

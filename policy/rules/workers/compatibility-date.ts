import { isDate } from "../../../src/declare/check/dates.ts";
import { carriers } from "../../seen/bindings.ts";
import { textAt, unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation, warning } from "../rule.ts";

/** Which runtime the code was tested with. */
export const compatibilityDate: ResourceRule = {
  id: "compatibility-date",
  title: "A worker's compatibility date is a day that has been, and not longer ago than a year.",
  why: "Cloudflare refuses a day to come in the middle of an update. An old one keeps bugs of the runtime that were mended since, and leaves a large step to the next person.",
  remediation: "Test the worker with a newer date and write that.",
  severity: "medium",
  warns: true,
  levels: { protected: "mandatory", others: "mandatory" },
  settings: {
    oldestMonths: {
      kind: "number",
      says: "Months after which a date is old; older is a warning",
      standard: 12,
      least: 1,
      most: 120,
    },
  },
  of: carriers,
  check: (resource, { today, number }) => {
    const date = textAt(resource.props, "compatibilityDate");
    if (date === unknown) return [cannotTell(resource, "its compatibility date")];
    if (date === undefined)
      return [
        warning(
          `${resource.name} says no compatibilityDate: it runs as the runtime of 2021 did. Write the day on which it was last tested.`,
        ),
      ];
    if (!isDate(date))
      return [
        violation(
          `${resource.name} has the compatibilityDate ${JSON.stringify(date)}, which is no day. Write YYYY-MM-DD.`,
        ),
      ];
    if (date > today)
      return [
        violation(
          `${resource.name} has the compatibilityDate ${date}, which is still to come; today is ${today}. Write a day that has been.`,
        ),
      ];
    const months = number("oldestMonths");
    return date < monthsBefore(today, months)
      ? [
          warning(
            `${resource.name} has the compatibilityDate ${date}, more than ${months} months ago. Test it with a newer one.`,
          ),
        ]
      : [];
  },
};

function monthsBefore(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 10);
}

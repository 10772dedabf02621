import { parseCron } from "../../../cron/cron.ts";
import { isTimeZone } from "../../../cron/wall-clock.ts";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { FreezeWindow } from "../../release/freeze.ts";

const mostHours = 24 * 92;

/** What is wrong with the freeze windows of a plan. */
export const checkFreezes = (
  freezes: readonly FreezeWindow[],
  of: string,
  stages: readonly string[],
): Diagnostic[] => freezes.flatMap((freeze, at) => checkFreeze(freeze, `${of}, freezes[${at}]`, stages));

function checkFreeze(freeze: FreezeWindow, where: string, stages: readonly string[]): Diagnostic[] {
  const { cron, hours, timeZone, reason } = freeze;
  const parsed = parseCron(cron);
  return [
    ...("expected" in parsed
      ? [
          {
            what: "A freeze window that begins never",
            where: `${where}, cron`,
            got: JSON.stringify(cron),
            expected: parsed.expected,
            fix: 'such as "0 16 * * fri" for Fridays at four in the afternoon',
          },
        ]
      : []),
    ...(hours > 0 && hours <= mostHours
      ? []
      : [
          {
            what: "A freeze window without a length",
            where: `${where}, hours`,
            got: String(hours),
            expected: `more than 0, at most ${mostHours}`,
            fix: "from Friday 16:00 to Monday 08:00 it is 64",
          },
        ]),
    ...(isTimeZone(timeZone)
      ? []
      : [
          {
            what: "There is no such time zone",
            where: `${where}, timeZone`,
            got: JSON.stringify(timeZone),
            expected: "a name of the IANA time zone database",
            fix: 'such as "Europe/Berlin" or "UTC"',
          },
        ]),
    ...(reason.trim() === ""
      ? [
          {
            what: "A freeze window without a reason",
            where: `${where}, reason`,
            got: '""',
            expected: "what whoever is refused should know",
            fix: 'such as reason: "nobody is there at the weekend"',
          },
        ]
      : []),
    ...(freeze.stages ?? [])
      .filter((name) => !stages.includes(name))
      .map((name) => ({
        what: "There is no such stage",
        where: `${where}, stages`,
        got: name,
        expected: stages.join(", "),
        fix: "correct the name, or declare the stage in project.ts",
      })),
  ];
}

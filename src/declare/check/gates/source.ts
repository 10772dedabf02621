import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { MetricSource } from "../../gates/sources.ts";
import type { GatePlace } from "./place.ts";
import { checkSql } from "./sql.ts";
import { checkUrl } from "./url.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with the question that a metric asks. */
export function checkSource(
  source: MetricSource,
  where: string,
  { system, stage }: Pick<GatePlace, "system" | "stage">,
): Diagnostic[] {
  switch (source.kind) {
    case "sql":
      return [...checkSql(source, where, system), ...namesOf(source.reads, where)];
    case "url":
      return [...checkUrl(source, where, stage), ...pointersOf(source.reads, where)];
    case "graphql":
      return [
        ...(source.fields.includes("$filter")
          ? []
          : [
              wrong(
                "A GraphQL query without its filter",
                `${where}, fields`,
                source.fields,
                "filter: $filter among the arguments of the dataset",
                "write filter: $filter where the dataset takes it",
              ),
            ]),
        ...pointersOf({ ...source.reads, sampleInterval: source.sampleInterval }, where),
      ];
    case "telemetry":
      return "part" in source.reads && source.reads.part.length === 0
        ? [wrong("A share of everything", `${where}, reads.part`, "no filter", "what counts", "add a filter")]
        : [];
    default:
      return source satisfies never;
  }
}

type Places = Readonly<Record<string, string | undefined>>;

const namesOf = (reads: Places, where: string): Diagnostic[] =>
  placesThat(reads, (place) => place === "", where, "the name of a column");

/** `/data/0/a~1b`, or nothing for the whole answer. */
const pointersOf = (reads: Places, where: string): Diagnostic[] =>
  placesThat(
    reads,
    (place) => !/^(\/([^~]|~0|~1)*)*$/.test(place),
    where,
    'a JSON pointer, such as "/data/0/value"',
  );

const placesThat = (
  reads: Places,
  isWrong: (place: string) => boolean,
  where: string,
  expected: string,
): Diagnostic[] =>
  Object.entries(reads).flatMap(([name, place]) =>
    place === undefined || !isWrong(place)
      ? []
      : [
          wrong(
            "A place in an answer that is none",
            `${where}, reads.${name}`,
            JSON.stringify(place),
            expected,
            "correct it",
          ),
        ],
  );

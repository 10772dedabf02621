import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { notSingleSelect } from "../../../migrations/sql/single-select.ts";
import type { MetricSource, SqlSource, UrlSource } from "../../gates/sources.ts";
import type { System } from "../../system.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with the question that a metric asks. */
export function checkSource(source: MetricSource, where: string, system: System): Diagnostic[] {
  switch (source.kind) {
    case "sql":
      return [...checkSql(source, where, system), ...namesOf(source.reads, where)];
    case "url":
      return [...checkUrl(source, where), ...pointersOf(source.reads, where)];
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

function checkSql({ database, sql, params }: SqlSource, where: string, system: System): Diagnostic[] {
  const databases = system.resources.flatMap(({ kind, name }) => (kind === "d1" ? [name] : []));
  const notSelect = notSingleSelect(sql);
  const asked = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number));
  const most = Math.max(0, ...asked);
  return [
    ...(databases.includes(database)
      ? []
      : [
          wrong(
            "A gate asks a database that its system does not have",
            `${where}, database`,
            database,
            databases.length === 0 ? "a D1 of the system, which has none" : databases.join(", "),
            "ask a database of the system",
          ),
        ]),
    ...(notSelect === undefined
      ? []
      : [
          wrong(
            "A gate may only read: one SELECT",
            `${where}, sql`,
            notSelect,
            "one SELECT, also with WITH before it",
            "write it as a SELECT that answers one row",
          ),
        ]),
    ...(most === params.length || (asked.length === 0 && sql.split("?").length - 1 === params.length)
      ? []
      : [
          wrong(
            "The parameters of a statement are not those that it is given",
            `${where}, params`,
            `${params.length} values; the statement has ${asked.length === 0 ? sql.split("?").length - 1 : `?1 to ?${most}`}`,
            "a value for each, in order",
            "write ?1, ?2 and so on where the values belong",
          ),
        ]),
  ];
}

function checkUrl({ url, headers, timeoutSeconds }: UrlSource, where: string): Diagnostic[] {
  const urls = typeof url === "string" ? [url] : Object.values(url.values);
  return [
    ...urls
      .filter((each) => !isAllowed(each))
      .map((each) =>
        wrong(
          "An address that a gate cannot ask",
          `${where}, url`,
          each.replace(/\?.*$/s, "?…"),
          "https://…, or http:// on this machine; no name and password in it",
          "correct it; what is secret belongs into headers: { authorization: secret(…) }",
        ),
      ),
    ...Object.keys(headers)
      .filter((name) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /^(host|content-length)$/i.test(name))
      .map((name) =>
        wrong(
          "A header that cannot be sent",
          `${where}, headers`,
          name,
          "the name of a header",
          "correct it",
        ),
      ),
    ...(timeoutSeconds > 0 && timeoutSeconds <= 60
      ? []
      : [
          wrong(
            "A time that is none",
            `${where}, timeoutSeconds`,
            String(timeoutSeconds),
            "seconds, above 0, at most 60",
            "correct it",
          ),
        ]),
  ];
}

function isAllowed(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname);
  return username === "" && password === "" && (protocol === "https:" || (protocol === "http:" && isHere));
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

// The reference as markdown.
import { keys, textKeys } from "../../../src/settings/keys.ts";
import type { Entry, Member } from "./entries.ts";
import type { PublicModule } from "./sections.ts";

const code = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
const paragraphs = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== "").join("\n\n");
const cell = (text: string): string => text.replaceAll("\n", " ").replaceAll("|", "\\|");

/** The sections of a module. Throws when an export has no place in them, or a place no export. */
export function moduleText({ module, sections }: PublicModule, entries: readonly Entry[]): string {
  const placed = sections.flatMap(({ names }) => names);
  const missing = entries.filter(({ name }) => !placed.includes(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new Error(`no place in scripts/docs/reference/sections.ts for ${missing.join(", ")} of ${module}`);
  return paragraphs(
    ...sections.map(({ title, names }) =>
      paragraphs(
        `## ${title}`,
        module === "lockstep" ? undefined : `From \`"${module}"\`.`,
        ...names.map((name) => {
          const entry = entries.find((each) => each.name === name);
          if (entry === undefined) throw new Error(`${module} exports no ${name}`);
          return entryText(entry);
        }),
      ),
    ),
  );
}

const entryText = ({ name, kind, signatures, doc, params, examples, members }: Entry): string =>
  paragraphs(
    `### ${kind === "type" ? `type ${name}` : `${name}()`}`,
    doc,
    signatures.length > 0 ? code("text", signatures.join("\n")) : undefined,
    params.map(([param, text]) => `- \`${param}\`: ${text}`).join("\n"),
    membersText(members),
    ...examples.map((example) => code("ts", example)),
  );

const membersText = (members: readonly Member[]): string | undefined =>
  members.length === 0
    ? undefined
    : [
        "| property | type | meaning | default |",
        "|---|---|---|---|",
        ...members
          .toSorted(nameFirst)
          .map(
            (member) =>
              `| \`${member.name}${member.optional ? "?" : ""}\` | \`${cell(member.type)}\` | ${cell(member.doc)} | ${cell(defaultText(member))} |`,
          ),
      ].join("\n");

const nameFirst = (a: Member, b: Member): number => Number(b.name === "name") - Number(a.name === "name");

/** `- words` stands for words, anything else for a value. */
function defaultText({ default: text }: Member): string {
  if (text === undefined) return "";
  if (text.startsWith("- ")) return text.slice(2);
  const [value, ...words] = text.split(/(?= \()/);
  return `\`${value}\`${words.join("")}`;
}

/** The keys of a stack file, a section each. */
export const keysText = (): string =>
  paragraphs(
    "## The stack file",
    "`Pulumi.<stage>.yaml`, below `config:`. A key that is not here, or a value that does not fit, is refused.",
    ...Object.entries({ ...keys, ...textKeys }).map(([key, { meaning, missing, example }]) =>
      paragraphs(`### ${key}`, meaning, `Without it: ${missing}.`, code("yaml", example)),
    ),
  );

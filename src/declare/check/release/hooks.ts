import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { CommandHook, Hook, SecretReference, UrlHook } from "../../release/hooks.ts";

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;
const header = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const mostSeconds = 3600;

/** What is wrong with the hooks of a plan. */
export const checkHooks = (hooks: readonly Hook[], of: string): Diagnostic[] =>
  hooks.flatMap((hook, at) => {
    const where = `${of}, hook ${hook.name === "" ? at : hook.name}`;
    const { timeoutSeconds: seconds = 1 } = hook;
    return [
      ...(hook.name.trim() === "" || hooks.findIndex(({ name }) => name === hook.name) < at
        ? [
            {
              what: "A hook without a name of its own",
              where: `${of}, hooks[${at}], name`,
              got: JSON.stringify(hook.name),
              expected: "a name that no other hook of the plan has",
              fix: 'such as name: "load-test"',
            },
          ]
        : []),
      ...(seconds > 0 && seconds <= mostSeconds
        ? []
        : [
            {
              what: "A time that is none",
              where: `${where}, timeoutSeconds`,
              got: String(seconds),
              expected: `seconds: more than 0, at most ${mostSeconds}`,
              fix: "correct it; what takes longer is no hook of a release",
            },
          ]),
      ...("command" in hook ? checkCommand(hook, where) : checkUrl(hook, where)),
    ];
  });

function checkCommand({ command, secrets }: CommandHook, where: string): Diagnostic[] {
  return [
    ...((command[0] ?? "").trim() === ""
      ? [
          {
            what: "A hook that runs nothing",
            where: `${where}, command`,
            got: JSON.stringify(command),
            expected: "a program and its words",
            fix: 'such as command: ["node", "scripts/load.mjs"]; there is no shell',
          },
        ]
      : []),
    ...Object.keys(secrets ?? {})
      .filter((name) => !variable.test(name) || name.startsWith("LOCKSTEP_"))
      .map((name) => ({
        what: "A secret under a name that no variable has",
        where: `${where}, secrets`,
        got: JSON.stringify(name),
        expected: "letters, digits and _, not beginning with LOCKSTEP_",
        fix: 'such as secrets: { TOKEN: { env: "CHAT_TOKEN" } }',
      })),
    ...checkReferences(secrets ?? {}, where),
  ];
}

function checkUrl({ url, expectedStatus, secrets }: UrlHook, where: string): Diagnostic[] {
  const parsed = URL.parse(url);
  const isPlain =
    parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username + parsed.password === "";
  return [
    ...(isPlain
      ? []
      : [
          {
            what: "A hook that asks nobody",
            where: `${where}, url`,
            got: parsed === null ? JSON.stringify(url) : `a URL of ${parsed.protocol}`,
            expected: "a URL of http or https, without a name and a password in it",
            fix: 'what is secret goes into a header: secrets: { authorization: { env: "CHAT_TOKEN" } }',
          },
        ]),
    ...checkStatus(expectedStatus, where),
    ...checkHeaders(Object.keys(secrets ?? {}), `${where}, secrets`),
    ...checkReferences(secrets ?? {}, where),
  ];
}

/** What is no status of an answer. */
export const checkStatus = (status: number | undefined, where: string): Diagnostic[] =>
  status === undefined || (Number.isInteger(status) && status >= 100 && status <= 599)
    ? []
    : [
        {
          what: "A status that nothing answers with",
          where: `${where}, expectedStatus`,
          got: String(status),
          expected: "100 to 599",
          fix: "correct it, or leave it out: then any of 200 to 299 will do",
        },
      ];

/** What is no name of a header. */
export const checkHeaders = (names: readonly string[], where: string): Diagnostic[] =>
  names
    .filter((name) => !header.test(name))
    .map((name) => ({
      what: "A header that cannot be sent",
      where,
      got: JSON.stringify(name),
      expected: "letters, digits and hyphens",
      fix: "such as authorization",
    }));

/** References to secrets that say nothing. */
export const checkReferences = (
  secrets: Readonly<Record<string, SecretReference>>,
  where: string,
): Diagnostic[] =>
  Object.entries(secrets)
    .filter(([, reference]) => ("env" in reference ? !variable.test(reference.env) : reference.secret === ""))
    .map(([name]) => ({
      what: "A secret that is nowhere",
      where: `${where}, secrets.${name}`,
      got: "no name of a variable or of a secret",
      expected: '{ env: "NAME" } or secret("name")',
      fix: "name where its value is; the value itself has no place in a declaration",
    }));

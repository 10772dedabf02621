/** Where the engine finds something otherwise than a plan has it: the text from there on may hold values, of secrets too. */
export const tellsViolation = (line: string): boolean =>
  /violates plan:|is not allowed by the plan:|expected resource operations for \S+ but none were seen/.test(
    line,
  );

/**
 * What the engine says of a resource that is otherwise than a plan has it, in our words; undefined for any other message. No value is in it, and of
 * the properties the first one alone: what stands behind it is values.
 */
export function violationText(message: string): string | undefined {
  if (!tellsViolation(message)) return undefined;
  const property = /violates plan: properties changed: \W*([\w:.-]+)\[/.exec(message)?.[1];
  const operation = /([\w-]+) is not allowed by the plan:/.exec(message)?.[1];
  if (property !== undefined) return `${property} is otherwise by now than in the plan`;
  if (operation !== undefined) return `its ${operation} would be needed by now, and is not in the plan`;
  return /but none were seen/.test(message)
    ? "it is in the plan, and nothing has to be done with it by now"
    : "it is otherwise by now than in the plan";
}

/** The resource that such a message is about, where only its text tells it. */
export const violatingUrn = (message: string): string | undefined =>
  /(urn:pulumi:\S+?)(?= violates plan| but none were seen)/.exec(message)?.[1];

/**
 * Whether it is about a resource of the plan that the run did not come to. In a preview the program has no use for it any more; behind one, which
 * came to all of them a moment before, the run was broken off.
 */
export const isNotReached = (message: string): boolean => /but none were seen/.test(message);

import { z } from "zod";

const content = z.union([
  z.string(),
  z.array(z.object({ type: z.string(), text: z.string().optional() })),
  z.null(),
]);

/** What Workers AI's text generation takes, as far as it changes the answer here. */
export const textGeneration = z
  .object({
    prompt: z.string().min(1).optional(),
    messages: z
      .array(z.object({ role: z.string(), content }))
      .min(1)
      .optional(),
    stream: z.boolean().nullish(),
    max_tokens: z.int().min(1).optional(),
    response_format: z.unknown().optional(),
  })
  .refine(
    (value) => value.prompt !== undefined || value.messages !== undefined,
    "oneOf not met: 'prompt' or 'messages' is required",
  );

export type TextGeneration = z.infer<typeof textGeneration>;

/**
 * Splits what a model was given into the question and the text to answer from.
 * Messages: the last one of the user is the question, all others are the text; the first paragraph of a system message is
 * its instructions when more follows. A prompt: its last paragraph (or sentence) is the question.
 */
export function conversation({ prompt, messages }: TextGeneration): {
  readonly question: string;
  readonly context: string;
} {
  if (messages === undefined) return splitPrompt(prompt ?? "");
  const at = messages.findLastIndex((message) => message.role === "user");
  const question = textOf(messages[at]?.content ?? "");
  const context = messages
    .filter((_, i) => i !== at)
    .map((message) =>
      message.role === "system" ? withoutInstructions(textOf(message.content)) : textOf(message.content),
    );
  const said = context.filter((text) => text.trim() !== "");
  return said.length === 0 ? splitPrompt(question) : { question, context: said.join("\n\n") };
}

function splitPrompt(prompt: string): { readonly question: string; readonly context: string } {
  const paragraphs = prompt.trim().split(/\n\s*\n/);
  const last = paragraphs.pop() ?? "";
  if (paragraphs.length > 0) return { question: last, context: paragraphs.join("\n\n") };
  const parts = last.split(/(?<=[.!?])\s+|\n/);
  const question = parts.pop() ?? "";
  return { question, context: parts.join(" ") };
}

function withoutInstructions(text: string): string {
  const paragraphs = text.trim().split(/\n\s*\n/);
  return paragraphs.length > 1 ? paragraphs.slice(1).join("\n\n") : "";
}

const textOf = (value: z.infer<typeof content>): string =>
  typeof value === "string" ? value : (value ?? []).map((part) => part.text ?? "").join("\n");

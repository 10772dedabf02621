/** Where Workers AI's models run. One backend a process; an index remembers which one filled it. */
export interface AiBackend {
  /** `hash`, `endpoint:<url>`: part of what an index remembers. */
  readonly name: string;
  /**
   * Answers `AI.run(model, inputs)`. Shapes as Workers AI documents them a model task.
   * Throws {@link AiError} for an unknown model or malformed inputs.
   */
  run(model: string, inputs: unknown): Promise<AiResult>;
  models(): readonly { readonly name: string; readonly task: string; readonly description: string }[];
}

export type AiResult =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "stream"; readonly events: AsyncIterable<string> };

export class AiError extends Error {
  readonly internalCode: number;
  readonly status: number;
  constructor(status: number, internalCode: number, message: string) {
    super(message);
    this.name = "AiError";
    this.status = status;
    this.internalCode = internalCode;
  }
}

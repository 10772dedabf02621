/** Something that no invocation could read to its end: to try it again would cost the same for nothing. */
export class TooLarge extends Error {}

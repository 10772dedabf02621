/** What an object hands out: a stream of bytes, as `Blob.stream()` and `Response.body` give one. */
interface ByteStream {
  readonly getReader: (...options: never[]) => unknown;
}

/** Names of the methods of a class that have this shape; any name where the class is not said. */
type MethodOf<Class, Shape> = unknown extends Class
  ? string
  : { [Name in keyof Class & string]: Class[Name] extends Shape ? Name : never }[keyof Class & string];

/**
 * Which methods of a Durable Object class give its storage out and take it back. Nobody can read an object's storage from outside, so backups have that
 * of classes that say so alone. A method that is not in the code of its worker is refused.
 *
 * `export` returns everything that the object has stored, as a stream of bytes of the class's own format. The same storage gives the same bytes: a drill
 * compares them. `import` gets those bytes as a stream, and puts them into the place of all that the object has stored: it reads to the end before it
 * changes anything, and done twice it is as if it was done once.
 *
 * @example
 * const methods: ObjectBackup = { export: "exportStorage", import: "importStorage" };
 */
export interface ObjectBackup {
  /** Method without arguments that returns everything that the object has stored, as a stream of bytes. */
  readonly export: string;
  /** Method that takes such a stream, and puts it into the place of everything that the object has stored. */
  readonly import: string;
}

/**
 * The same, with the names checked against the class's type.
 *
 * @example
 * worker("rooms", {
 *   ...settings,
 *   durableObjects: { Room: { backup: objectBackup<Room>({ export: "exportStorage", import: "importStorage" }) } },
 *   env: { ROOM: durableObject<Room>("Room") },
 * });
 */
export const objectBackup = <Class = unknown>(methods: {
  readonly export: MethodOf<Class, () => ByteStream | Promise<ByteStream>> & string;
  readonly import: MethodOf<Class, (exported: never) => void | Promise<void>> & string;
}): ObjectBackup => methods;

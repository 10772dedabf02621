/** What has to be there for a put to be carried out: nothing, or what was read with this etag. */
export type Only = "whereNothingIs" | { readonly etag: string };

/** Where a worker puts its backups: a bucket that it is bound to, or one of another account. Everything throws {@link PlaceError} where the bucket says no. */
export interface Place {
  /** @returns the new etag; undefined where something else is there, which stays as it is */
  readonly put: (key: string, bytes: Uint8Array, only: Only) => Promise<string | undefined>;
  /** Undefined where nothing is. */
  readonly get: (key: string) => Promise<{ readonly text: string; readonly etag: string } | undefined>;
  /** All keys below a prefix. */
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** What stands between the prefix and the next slash, of all keys below it. */
  readonly folders: (prefix: string) => Promise<readonly string[]>;
  /** Says the same whether they were there or not. */
  readonly remove: (keys: readonly string[]) => Promise<void>;
}

/** The bucket of the backups refused something, or did not answer. Nothing that was not written counts. */
export class PlaceError extends Error {
  /** @param code S3's word, `AccessDenied`, or what R2 said to the binding */
  constructor(bucket: string, doing: string, code: string, said: string) {
    super(
      `the bucket ${bucket} of the backups: ${doing}: ${said === "" ? code : `${code}: ${said}`}; ${fixOf(code)}`,
    );
  }
}

const wrongKeys =
  "its token was revoked, has ended, or may not read and write there: make another one in that account, set lockstep-backup-access-key-id and lockstep-backup-secret-access-key, and bring the stage up";
const noBucket = "make the bucket again, or name another under lockstep:backup, to, and bring the stage up";
const fixes: Readonly<Record<string, string>> = {
  AccessDenied: wrongKeys,
  Unauthorized: wrongKeys,
  InvalidAccessKeyId: wrongKeys,
  SignatureDoesNotMatch: wrongKeys,
  ExpiredToken: wrongKeys,
  NoSuchBucket: noBucket,
};

const fixOf = (code: string): string =>
  fixes[code] ?? "nothing is lost: the next invocation tries again, and begins no new backup before that";

/** The same place, whose requests somebody counts. */
export const counted = (place: Place, count: () => void): Place => ({
  put: (key, bytes, only) => {
    count();
    return place.put(key, bytes, only);
  },
  get: (key) => {
    count();
    return place.get(key);
  },
  keys: (prefix) => {
    count();
    return place.keys(prefix);
  },
  folders: (prefix) => {
    count();
    return place.folders(prefix);
  },
  remove: (keys) => {
    count();
    return place.remove(keys);
  },
});

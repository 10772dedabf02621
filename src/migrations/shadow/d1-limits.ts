/** D1's limits on a connection. Source: workerd, `setupSecurity` in `src/workerd/util/sqlite.c++`. */
export const limits = {
  length: 4 * 1024 * 1024,
  sqlLength: 100_000,
  column: 100,
  exprDepth: 100,
  compoundSelect: 5,
  vdbeOp: 25_000,
  functionArg: 127,
  attach: 0,
  likePatternLength: 50,
  variableNumber: 100,
  triggerDepth: 10,
} as const;

/** Virtual table modules that D1 has. */
export const allowedModules: ReadonlySet<string> = new Set(["fts5", "fts5vocab", "rtree", "rtree_i32"]);

/** What a pragma's argument may be. */
export type PragmaArgument =
  | "none"
  | "boolean"
  | "name"
  | "optionalName"
  | "optionalNumber"
  | "optionalNumberOrName";

/** Pragmas that D1 lets through. Same source, `ALLOWED_PRAGMAS` and the three table pragmas beside it. */
export const allowedPragmas: ReadonlyMap<string, PragmaArgument> = new Map([
  ["data_version", "none"],
  ["page_size", "none"],
  ["case_sensitive_like", "boolean"],
  ["foreign_keys", "boolean"],
  ["defer_foreign_keys", "boolean"],
  ["ignore_check_constraints", "boolean"],
  ["legacy_alter_table", "boolean"],
  ["recursive_triggers", "boolean"],
  ["reverse_unordered_selects", "boolean"],
  ["foreign_key_check", "optionalName"],
  ["foreign_key_list", "name"],
  ["index_info", "name"],
  ["index_list", "name"],
  ["index_xinfo", "name"],
  ["quick_check", "optionalNumberOrName"],
  ["optimize", "optionalNumber"],
  ["table_list", "optionalName"],
  ["table_info", "name"],
  ["table_xinfo", "name"],
]);

/** Functions that D1 lets a statement call. Source: workerd, `src/workerd/util/sqlite.c++`, `ALLOWED_SQLITE_FUNCTIONS`. */
export const allowedFunctions: ReadonlySet<string> = new Set(
  (
    "abs changes char coalesce concat concat_ws format glob hex ifnull iif instr last_insert_rowid " +
    "length like likelihood likely load_extension lower ltrim max_scalar min_scalar nullif " +
    "octet_length printf quote random randomblob replace round rtrim sign soundex substr substring " +
    "total_changes trim typeof unhex unicode unlikely upper zeroblob date time datetime julianday " +
    "unixepoch strftime timediff current_date current_time current_timestamp avg count group_concat " +
    "max min string_agg sum total row_number rank dense_rank percent_rank cume_dist ntile lag lead " +
    "first_value last_value nth_value acos acosh asin asinh atan atan2 atanh ceil cos cosh degrees " +
    "exp floor ln log log2 mod pi pow radians sin sinh sqrt tan tanh trunc json jsonb json_array " +
    "jsonb_array json_array_length json_extract jsonb_extract -> ->> json_insert jsonb_insert " +
    "json_object jsonb_object json_patch jsonb_patch json_remove jsonb_remove json_replace " +
    "jsonb_replace json_set jsonb_set json_type json_valid json_quote json_group_array " +
    "jsonb_group_array json_group_object jsonb_group_object json_each json_tree match highlight bm25 " +
    "snippet rtreecheck sqlite_rename_column sqlite_rename_table sqlite_rename_test " +
    "sqlite_drop_column sqlite_rename_quotefix "
  )
    .trim()
    .split(" "),
);

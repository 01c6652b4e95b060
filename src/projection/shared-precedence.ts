/**
 * How the tables store the precedences of a row's registers. One event sets most of them together with the status, so
 * `!` stands for "the same as the status", also where neither is set. It sorts below every precedence.
 */
type Row = Record<string, string | number | null>;

const OF_STATUS = "!";

/** Their precedences are always stored in full: the status, and two that hardly ever equal it or are read alone. */
const inFull: ReadonlySet<string> = new Set(["status", "snapshot_payment", "tracking"]);

export function isShared(register: string): boolean {
  return !inFull.has(register);
}

/** The precedence of a register, for SQL. */
export function precedenceSql(row: string, register: string): string {
  const stored = `${row}.${register}_precedence`;
  return isShared(register)
    ? `iif(${stored} = '${OF_STATUS}', ${row}.status_precedence, ${stored})`
    : stored;
}

/** A register's precedence, as it is stored in a row whose status has the other one, for SQL. */
export function storedSql(register: string, precedence: string, ofStatus: string): string {
  return isShared(register)
    ? `iif(${precedence} = ${ofStatus}, '${OF_STATUS}', ${precedence})`
    : precedence;
}

/** A stored row with its precedences in full. */
export function withPrecedences(row: Readonly<Row>): Row {
  const full: Row = { ...row };
  for (const [name, value] of Object.entries(row)) {
    if (value === OF_STATUS && name.endsWith("_precedence")) {
      full[name] = row["status_precedence"] ?? "";
    }
  }
  return full;
}

/**
 * Chunks of a file in, the text of each body in it out, with its line. The file is a list, one object, objects one
 * after another (NDJSON), or an object around a list, as an API returns it. Only the structure is read, so memory is
 * bounded by one body, and numbers keep their digits. A broken body affects no other: reading continues with the next
 * line on which a body may begin.
 */

/** A body, or why there is none, and the line of the file on which it begins. */
export type Piece =
  | { readonly kind: "body"; readonly line: number; readonly text: string }
  | { readonly kind: "broken"; readonly line: number; readonly reason: string };

/** Names around a list of bodies; a single order has none of these names. */
const wrapperNames: ReadonlySet<string> = new Set([
  "orders",
  "data",
  "content",
  "results",
  "records",
  "rows",
  "list",
]);

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code("\\");
const LINE_BREAK = code("\n");
const COMMA = code(",");
const COLON = code(":");
const OPEN_OBJECT = code("{");
const CLOSE_OBJECT = code("}");
const OPEN_LIST = code("[");
const CLOSE_LIST = code("]");
/** A body that is found broken after so many characters is read again from its second line: at most this often. */
const COSTLY_CHARACTERS = 65_536;
const COSTLY_MAX = 20;

/** A byte order mark counts as a space. */
function isSpace(sign: number): boolean {
  return sign === 0x20 || sign === 0x09 || sign === 0x0d || sign === LINE_BREAK || sign === 0xfeff;
}

/** Characters of a text that need no check. */
const plain = /[^"\\\n]*/y;

const textOrSpaces = /"[^"\\]*(?:\\.[^"\\]*)*"|\s+/gs;

/** A body without the spaces between its values: the same body, however its file was laid out. */
function compact(text: string): string {
  return text.replace(textOrSpaces, (found) => (found.startsWith('"') ? found : ""));
}

/** A body that has begun. */
interface Begun {
  /** Its first character in the text. */
  readonly at: number;
  readonly line: number;
  /** Its place in the line: nested values are further in. */
  readonly column: number;
  hasSpaces: boolean;
}

export class BodySplitter {
  readonly #maxCharacters: number;
  #text = "";
  #at = 0;
  #line = 1;
  #lineStart = 0;
  /** The open brackets. */
  #open: number[] = [];
  /** How many brackets are around the bodies: 0 until a list opens. */
  #depth = 0;
  /** The names of those brackets, while no list is open. */
  #names: string[] = [];
  #begun: Begun | null = null;
  /** Where the open text begins; -1: none. */
  #quote = -1;
  #said = "";
  #previous = 0;
  /** Nothing is read until a line begins with a body, at most this far in; null: everything is read. */
  #skipsTo: number | null = null;
  #costly = 0;
  #pieces: Piece[] = [];

  /** `maxCharacters`: the longest body. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The pieces that are complete with this chunk. */
  push(chunk: string): readonly Piece[] {
    this.#drop();
    this.#text += chunk;
    this.#read();
    return this.#take();
  }

  /** The rest, at the end of the file. */
  end(): readonly Piece[] {
    while (this.#begun !== null || this.#open.length > 0) {
      if (this.#begun === null) {
        this.#report(this.#line, "the file ends inside a list: it is cut short");
        break;
      }
      this.#fail("it has no end");
      this.#read();
    }
    return this.#take();
  }

  #take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #report(line: number, reason: string): void {
    const last = this.#pieces.at(-1);
    // A line that is not JSON at all is one piece.
    if (last?.kind === "broken" && last.line === line) return;
    this.#pieces.push({ kind: "broken", line, reason });
  }

  /** The first character that is still needed: of the body, or of an open text outside the list of a wrapper. */
  #kept(): number {
    return this.#begun?.at ?? (this.#quote === -1 ? this.#at : this.#quote);
  }

  /** Drops the text that was read. */
  #drop(): void {
    const from = Math.min(this.#kept(), this.#text.length);
    if (from === 0) return;
    this.#text = this.#text.slice(from);
    this.#at -= from;
    this.#lineStart -= from;
    if (this.#quote !== -1) this.#quote -= from;
    if (this.#begun !== null) this.#begun = { ...this.#begun, at: 0 };
  }

  #newLine(): void {
    this.#line += 1;
    this.#lineStart = this.#at + 1;
  }

  #read(): void {
    while (this.#at < this.#text.length) {
      const sign = this.#text.charCodeAt(this.#at);
      if (this.#skipsTo !== null) this.#skip(sign, this.#skipsTo);
      else if (this.#quote !== -1) this.#readText(sign);
      else this.#readSign(sign);
      const length = this.#at - this.#kept();
      if (length > this.#maxCharacters) {
        this.#fail(`it is longer than ${String(this.#maxCharacters)} characters`);
      }
    }
  }

  /** After something broken: skips to the next line that begins with a body. */
  #skip(sign: number, column: number): void {
    if (sign === OPEN_OBJECT && this.#at - this.#lineStart <= column) {
      this.#skipsTo = null;
      this.#previous = COMMA;
      return;
    }
    if (sign === LINE_BREAK) this.#newLine();
    else if (!isSpace(sign)) {
      const end = this.#text.indexOf("\n", this.#at);
      this.#at = end === -1 ? this.#text.length : end;
      return;
    }
    this.#at += 1;
  }

  #readText(sign: number): void {
    if (sign === BACKSLASH) {
      this.#at += this.#text.charCodeAt(this.#at + 1) === LINE_BREAK ? 1 : 2;
      return;
    }
    if (sign !== QUOTE && sign !== LINE_BREAK) {
      plain.lastIndex = this.#at;
      plain.test(this.#text);
      this.#at = plain.lastIndex;
      return;
    }
    if (sign === LINE_BREAK) return this.#fail("a line ends inside a text");
    if (this.#depth === 0) this.#said = this.#text.slice(this.#quote + 1, this.#at);
    this.#quote = -1;
    this.#previous = QUOTE;
    this.#at += 1;
  }

  #readSign(sign: number): void {
    if (isSpace(sign)) {
      if (this.#begun !== null) this.#begun.hasSpaces = true;
      if (sign === LINE_BREAK) this.#newLine();
      this.#at += 1;
      return;
    }
    const isBetween = this.#begun === null && this.#open.length === this.#depth;
    if (isBetween && !this.#isBetweenSign(sign)) {
      this.#report(this.#line, "it is not a JSON object");
      this.#skipJunk();
      return;
    }
    switch (sign) {
      case QUOTE:
        this.#quote = this.#at;
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        return this.#openBracket(sign);
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        return this.#closeBracket(sign);
      case COLON:
        if (this.#depth === 0) this.#names[this.#open.length - 1] = this.#said;
        break;
      default:
    }
    this.#previous = sign;
    this.#at += 1;
  }

  /** True for what may be between two bodies. */
  #isBetweenSign(sign: number): boolean {
    if (sign === OPEN_OBJECT) return true;
    if (this.#depth === 0) return sign === OPEN_LIST;
    return sign === COMMA || sign === CLOSE_LIST;
  }

  /** Skips something that is not an object, up to the next comma or line. */
  #skipJunk(): void {
    if (this.#depth === 0) {
      this.#skipsTo = Infinity;
      this.#at += 1;
      return;
    }
    const rest = /[,\n\]]/g;
    rest.lastIndex = this.#at + 1;
    this.#at = rest.exec(this.#text)?.index ?? this.#text.length;
  }

  #openBracket(sign: number): void {
    const within = this.#open.at(-1);
    const isPlaced =
      within === OPEN_OBJECT
        ? this.#previous === COLON
        : within === undefined || this.#previous === OPEN_LIST || this.#previous === COMMA;
    if (this.#begun !== null && !isPlaced) return this.#fail("a bracket is missing in it");
    if (sign === OPEN_LIST && this.#depth === 0 && this.#isAroundBodies()) {
      this.#begun = null;
      this.#depth = this.#open.length + 1;
    } else if (this.#begun === null && this.#open.length === this.#depth) {
      const column = this.#at - this.#lineStart;
      this.#begun = { at: this.#at, line: this.#line, column, hasSpaces: false };
    }
    this.#open.push(sign);
    this.#previous = sign;
    this.#at += 1;
  }

  /** True in a list at the top, or only under names of wrappers. */
  #isAroundBodies(): boolean {
    return this.#open.every(
      (sign, index) => sign === OPEN_OBJECT && wrapperNames.has(this.#names[index] ?? ""),
    );
  }

  #closeBracket(sign: number): void {
    const opened = sign === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST;
    if (this.#open.at(-1) !== opened) {
      if (this.#begun !== null) return this.#fail("a bracket is missing in it");
      this.#report(this.#line, "a bracket is missing before it");
      this.#at += 1;
      return;
    }
    if (this.#begun === null && this.#open.length === this.#depth) this.#depth = 0;
    this.#open.pop();
    this.#previous = sign;
    this.#at += 1;
    if (this.#begun !== null && this.#open.length === this.#depth) {
      const { at, line, hasSpaces } = this.#begun;
      const text = this.#text.slice(at, this.#at);
      this.#pieces.push({ kind: "body", line, text: hasSpaces ? compact(text) : text });
      this.#begun = null;
    }
  }

  /** The body that has begun is broken: reading continues with the line after its first. */
  #fail(reason: string): void {
    const isCostly = this.#at - this.#kept() > COSTLY_CHARACTERS;
    this.#quote = -1;
    if (isCostly) this.#costly += 1;
    if (this.#begun === null || this.#costly > COSTLY_MAX) {
      // Outside the list of a wrapper, or with much of the file broken: the rest is no longer understood.
      this.#report(this.#begun?.line ?? this.#line, `${reason}; nothing after it is read`);
      this.#begun = null;
      this.#open.length = this.#depth = 0;
      this.#at = this.#text.length;
      this.#skipsTo = -1;
      return;
    }
    const { at, line, column } = this.#begun;
    const isInList = this.#depth > 0;
    this.#report(line, isInList ? `${reason}; nothing after it on its line is read` : reason);
    this.#begun = null;
    this.#open.length = this.#depth;
    const end = this.#text.indexOf("\n", at);
    // A line that has not ended is longer than any body: its end is still to come.
    this.#at = end === -1 ? this.#text.length : end;
    this.#line = line;
    this.#lineStart = at - column;
    this.#skipsTo = column;
  }
}

/**
 * A body without the person that it is about. Removes every text and number that is not known to be impersonal
 * (kept-values.ts), and every field name that no code reads. Changes the body as text, without parsing and writing it
 * again: the rest keeps every byte.
 */

import { isNameBefore, jsonTokens, saidBy } from "./json-text";
import {
  catalogueIds,
  isContainerName,
  isKnownName,
  isRead,
  itemNames,
  keptValue,
  type Place,
  placeInside,
} from "./kept-values";
import { parseBody } from "./values";

/** Replaces a removed text. */
export const ERASED = "(erased)";
const erasedText = JSON.stringify(ERASED);
/** A body that is not JSON must not become JSON. */
const erasedWhole = `${erasedText} (not JSON)`;

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

interface Container {
  /** The name of the field that contains it. */
  readonly name: string;
  readonly isObject: boolean;
  readonly place: Place;
  /** Of an item: edits that remove its names, unless the catalogue knows it. */
  readonly names: Edit[];
  isCatalogues: boolean;
}

class Eraser {
  readonly #json: string;
  readonly #start: Place;
  readonly #edits: Edit[] = [];
  readonly #containers: Container[] = [];
  readonly #renamed = new Map<string, string>();
  /** True once the body shows that something was removed. */
  #isMarked = false;
  #name = "";

  constructor(json: string, start: Place) {
    this.#json = json;
    this.#start = start;
  }

  /** In a list, each entry has the name of the list. */
  get #here(): string {
    const container = this.#containers.at(-1);
    return container?.isObject === false ? container.name : this.#name;
  }

  #open(isObject: boolean): void {
    const parent = this.#containers.at(-1);
    const name = this.#here;
    const place =
      parent === undefined
        ? this.#start
        : parent.isObject
          ? placeInside(parent.place, name)
          : parent.place;
    const isRootList = parent === undefined && !isObject && place === "root";
    this.#containers.push({
      name,
      isObject,
      place: isRootList ? "unknown" : place,
      names: [],
      isCatalogues: false,
    });
  }

  #close(): void {
    const container = this.#containers.pop();
    if (container?.isCatalogues === false) this.#edits.push(...container.names);
  }

  #rename(text: string, from: number, place: Place): void {
    this.#name = saidBy(text);
    if (isKnownName(place, this.#name)) return;
    let instead = ERASED;
    if (this.#isMarked) {
      instead = this.#renamed.get(this.#name) ?? `~${this.#renamed.size.toString(36)}`;
      this.#renamed.set(this.#name, instead);
    }
    this.#isMarked = true;
    if (instead === this.#name) return;
    this.#edits.push({ from, to: from + text.length, text: JSON.stringify(instead) });
  }

  /** The replacement of a removed value. A text shorter than the mark is emptied: no body grows. */
  #instead(text: string, name: string, place: Place): string {
    const isText = text.startsWith('"');
    const says =
      isRead(place, name) ||
      (isText && text.length > erasedText.length) ||
      (!this.#isMarked && (isText || !isContainerName(name)));
    if (says) this.#isMarked = true;
    if (says) return erasedText;
    return isText ? '""' : "0";
  }

  #value(text: string, from: number): void {
    const isText = text.startsWith('"');
    if (!isText && !/^[-\d]/.test(text)) return;
    const container = this.#containers.at(-1);
    const place = container?.place ?? "unknown";
    const name = this.#here;
    const value = isText ? saidBy(text) : text;
    if (text === erasedText) this.#isMarked = true;
    // Blank counts as absent, and stays so.
    if (text === erasedText || value.trim() === "") return;
    const edit = (instead: string): Edit => ({ from, to: from + text.length, text: instead });
    const kept = keptValue(place, name, value, !isText);
    if (kept === null) {
      if (text === "0" && !isRead(place, name)) return;
      this.#edits.push(edit(this.#instead(text, name, place)));
      return;
    }
    if (kept !== value) this.#edits.push(edit(JSON.stringify(kept)));
    if (container === undefined || place !== "item") return;
    if (catalogueIds.has(name)) container.isCatalogues = true;
    if (itemNames.has(name)) container.names.push(edit(erasedText));
  }

  erase(): string {
    for (const { 0: text, index } of jsonTokens(this.#json)) {
      const container = this.#containers.at(-1);
      if (text === "{" || text === "[") this.#open(text === "{");
      else if (text === "}" || text === "]") this.#close();
      else if (text === ":" || text === ",") continue;
      else if (container?.isObject === true && isNameBefore(this.#json, index + text.length)) {
        this.#rename(text, index, container.place);
      } else this.#value(text, index);
    }
    return this.#edited();
  }

  #edited(): string {
    if (this.#edits.length === 0) return this.#json;
    const parts: string[] = [];
    let from = 0;
    for (const edit of this.#edits.toSorted((a, b) => a.from - b.from)) {
      parts.push(this.#json.slice(from, edit.from), edit.text);
      from = edit.to;
    }
    return parts.join("") + this.#json.slice(from);
  }
}

/** For a body of any form, JSON or not; never throws. What is already erased does not change. */
export function eraseBody(body: string): string {
  return parseBody(body) === undefined ? erasedWhole : new Eraser(body, "root").erase();
}

/** The column `items`, as the projection makes it from an erased body. */
export function eraseItems(json: string): string {
  return new Eraser(json, "item").erase();
}

/**
 * True if the body is as `eraseBody` leaves it, with something removed. It is not enough that someone typed the mark
 * into a body that contains more.
 */
export function isErased(json: string): boolean {
  return json.includes(erasedText) && eraseBody(json) === json;
}

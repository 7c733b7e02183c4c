/**
 * google.protobuf.Struct to plain values and back, in one pass each. The SDK's own decoder builds a message between and
 * ends at 32 nested objects, which the schema of a CRD exceeds.
 */
import type protobuf from 'protobufjs/minimal.js';
import { type JsonObject, type JsonValue, setOwn } from '../../kube/json.ts';

/**
 * Deeper values are refused, maps and lists alike. What walks a value calls itself: a stack of Node holds some 2,000 levels
 * of what costs most, which is to read maps. Half of that is left to whoever calls, and to versions of Node with larger frames.
 */
export const MAX_DEPTH = 1_000;

/** Why bytes are no message. */
export class WireError extends Error {}

/** The tag of a field: its number and its wire type, 2 for texts, bytes and messages, 0 for whole numbers, 1 for doubles. */
export const field = (number: number, wireType: 0 | 1 | 2 = 2): number => (number << 3) | wireType;

// Struct, the entry of its map, Value and ListValue.
const FIELD = field(1);
const KEY = field(1);
const VALUE = field(2);
const NULL = field(1, 0);
const NUMBER = field(2, 1);
const TEXT = field(3);
const BOOL = field(4, 0);
const STRUCT = field(5);
const LIST = field(6);
const LIST_ITEM = field(1);

/** The end of a length-delimited field that begins here. Throws when it is not all there. */
export function readEnd(reader: protobuf.Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new WireError(`a field of ${length} bytes is cut off`);
  return end;
}

/** What a field holds may not reach over its end. */
export function mustEnd(reader: protobuf.Reader, end: number): void {
  if (reader.pos !== end) throw new WireError('a field reaches over the end of the one it is in');
}

/** The Struct that ends at `end`. An own property for every key, whatever it is called; of equal keys the last one wins. */
export function readStruct(reader: protobuf.Reader, end: number, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) throw new WireError(`a value is nested deeper than ${MAX_DEPTH} levels`);
  const object: JsonObject = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === FIELD) readEntry(reader, readEnd(reader), object, depth);
    else reader.skipType(tag & 7);
  }
  mustEnd(reader, end);
  return object;
}

function readEntry(reader: protobuf.Reader, end: number, object: JsonObject, depth: number): void {
  let key = '';
  let value: JsonValue | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === KEY) key = reader.string();
    else if (tag === VALUE) value = readValue(reader, readEnd(reader), depth);
    else reader.skipType(tag & 7);
  }
  mustEnd(reader, end);
  if (value !== undefined) setOwn(object, key, value);
}

/** Undefined for a Value of no kind, which stands for nothing. */
function readValue(reader: protobuf.Reader, end: number, depth: number): JsonValue | undefined {
  let value: JsonValue | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag) {
      case TEXT:
        value = reader.string();
        break;
      case STRUCT:
        value = readStruct(reader, readEnd(reader), depth + 1);
        break;
      case LIST:
        value = readList(reader, readEnd(reader), depth + 1);
        break;
      case NUMBER:
        value = reader.double();
        break;
      case BOOL:
        value = reader.bool();
        break;
      case NULL:
        reader.int32();
        value = null;
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  mustEnd(reader, end);
  return value;
}

function readList(reader: protobuf.Reader, end: number, depth: number): JsonValue[] {
  if (depth > MAX_DEPTH) throw new WireError(`a value is nested deeper than ${MAX_DEPTH} levels`);
  const items: JsonValue[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== LIST_ITEM) {
      reader.skipType(tag & 7);
      continue;
    }
    const item = readValue(reader, readEnd(reader), depth);
    if (item !== undefined) items.push(item);
  }
  mustEnd(reader, end);
  return items;
}

/**
 * Writes a text. Half of a surrogate pair becomes a replacement character: protobufjs writes it as it is in a short text, which
 * is no UTF-8, and Go refuses all of a message for it.
 */
export const writeText = (writer: protobuf.Writer, text: string): protobuf.Writer => writer.string(text.toWellFormed());

/** The fields of a Struct, without a length before them. What is undefined is left out. */
export function writeStruct(writer: protobuf.Writer, object: JsonObject): protobuf.Writer {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    writer.uint32(FIELD).fork();
    if (key !== '') writeText(writer.uint32(KEY), key);
    writeValue(writer.uint32(VALUE).fork(), value).ldelim();
    writer.ldelim();
  }
  return writer;
}

function writeValue(writer: protobuf.Writer, value: JsonValue): protobuf.Writer {
  switch (typeof value) {
    case 'string':
      return writeText(writer.uint32(TEXT), value);
    case 'number':
      return writer.uint32(NUMBER).double(value);
    case 'boolean':
      return writer.uint32(BOOL).bool(value);
    default:
      if (value === null) return writer.uint32(NULL).int32(0);
      if (!Array.isArray(value)) return writeStruct(writer.uint32(STRUCT).fork(), value).ldelim();
      writer.uint32(LIST).fork();
      for (const item of value) writeValue(writer.uint32(LIST_ITEM).fork(), item).ldelim();
      return writer.ldelim();
  }
}

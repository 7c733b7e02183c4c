/**
 * A RunFunctionRequest as the function reads it (crossplane/crossplane, proto/fn/v1/run_function.proto). What goes back as
 * it came, the desired state of earlier steps and the context, stays bytes.
 */
import protobuf from 'protobufjs/minimal.js';
import type { JsonObject } from '../../kube/json.ts';
import { field, mustEnd, readEnd, readStruct, WireError } from './struct.ts';

type Reader = protobuf.Reader;

export interface WireRequest {
  /** Comes back in the response. */
  tag: string;
  observed: State<JsonObject>;
  /** What earlier steps desire: Resource messages. */
  desired: State<Uint8Array>;
  input: JsonObject | undefined;
  /** A Struct message. */
  context: Uint8Array | undefined;
  /** By the key of the requirement; a key is there once Crossplane has looked. */
  required: Map<string, JsonObject[]>;
}

interface State<T> {
  composite: T | undefined;
  /** By resource name. */
  resources: Map<string, T>;
}

/** Throws a WireError that says why the bytes are no request. */
export function decodeRequest(bytes: Uint8Array): WireRequest {
  return read(bytes, readRequest);
}

function read<T>(bytes: Uint8Array, readMessage: (reader: Reader) => T): T {
  try {
    return readMessage(protobuf.Reader.create(bytes));
  } catch (error) {
    if (error instanceof WireError) throw error;
    // The reader throws plain errors for what is cut off and for what is no wire type.
    throw new WireError((error as Error).message);
  }
}

const META = field(1);
const OBSERVED = field(2);
const DESIRED = field(3);
const INPUT = field(4);
const CONTEXT = field(5);
const REQUIRED = field(8);

function readRequest(reader: Reader): WireRequest {
  const request: WireRequest = {
    tag: '',
    observed: { composite: undefined, resources: new Map() },
    desired: { composite: undefined, resources: new Map() },
    input: undefined,
    context: undefined,
    required: new Map(),
  };
  readFields(reader, reader.len, (tag) => {
    if (tag === META) request.tag = readTag(reader);
    else if (tag === OBSERVED) request.observed = readState(reader, {}, () => readResource(reader));
    else if (tag === DESIRED) request.desired = readState(reader, NO_BYTES, () => reader.bytes());
    else if (tag === INPUT) request.input = readStruct(reader, readEnd(reader));
    else if (tag === CONTEXT) request.context = reader.bytes();
    else if (tag === REQUIRED) readEntry(reader, request.required, [], () => readResources(reader));
    else return false;
    return true;
  });
  return request;
}

/** Every field of the message that ends at `end`; what `read` does not take is skipped. */
function readFields(reader: Reader, end: number, read: (tag: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag)) reader.skipType(tag & 7);
  }
  mustEnd(reader, end);
}

const TAG_OF_META = field(1);

function readTag(reader: Reader): string {
  let text = '';
  readFields(reader, readEnd(reader), (tag) => {
    if (tag !== TAG_OF_META) return false;
    text = reader.string();
    return true;
  });
  return text;
}

const COMPOSITE = field(1);
const RESOURCES = field(2);

const NO_BYTES = new Uint8Array();

function readState<T>(reader: Reader, none: T, read: () => T): State<T> {
  const state: State<T> = { composite: undefined, resources: new Map() };
  readFields(reader, readEnd(reader), (tag) => {
    if (tag === COMPOSITE) state.composite = read();
    else if (tag === RESOURCES) readEntry(reader, state.resources, none, read);
    else return false;
    return true;
  });
  return state;
}

const KEY = field(1);
const VALUE = field(2);

/** An entry without a value has the empty one. */
function readEntry<T>(reader: Reader, map: Map<string, T>, none: T, read: () => T): void {
  let key = '';
  let value = none;
  readFields(reader, readEnd(reader), (tag) => {
    if (tag === KEY) key = reader.string();
    else if (tag === VALUE) value = read();
    else return false;
    return true;
  });
  map.set(key, value);
}

const ITEMS = field(1);

function readResources(reader: Reader): JsonObject[] {
  const items: JsonObject[] = [];
  readFields(reader, readEnd(reader), (tag) => {
    if (tag !== ITEMS) return false;
    items.push(readResource(reader));
    return true;
  });
  return items;
}

const RESOURCE = field(1);

/** The Kubernetes resource of a Resource message; its connection details and readiness are not read. */
function readResource(reader: Reader): JsonObject {
  let resource: JsonObject = {};
  readFields(reader, readEnd(reader), (tag) => {
    if (tag !== RESOURCE) return false;
    resource = readStruct(reader, readEnd(reader));
    return true;
  });
  return resource;
}

const CONNECTION_DETAILS = field(2);

/** A Resource message of an earlier step, to be sent on with another resource in it. Throws a WireError. */
export function decodeResource(bytes: Uint8Array): { resource: JsonObject; connectionDetails: Uint8Array[] } {
  return read(bytes, (reader) => {
    let resource: JsonObject = {};
    const connectionDetails: Uint8Array[] = [];
    readFields(reader, reader.len, (tag) => {
      if (tag === RESOURCE) resource = readStruct(reader, readEnd(reader));
      else if (tag === CONNECTION_DETAILS) connectionDetails.push(reader.bytes());
      else return false;
      return true;
    });
    return { resource, connectionDetails };
  });
}

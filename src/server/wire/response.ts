/**
 * A RunFunctionResponse (crossplane/crossplane, proto/fn/v1/run_function.proto). Other steps' desired state goes on as it
 * came; ours replaces and never merges, but for the status of the composite.
 */
import { Ready, Severity, Status, Target } from '@crossplane-org/function-sdk-typescript';
import protobuf from 'protobufjs/minimal.js';
import type { Selector } from '../../call/request.ts';
import type { Composed, Condition, Result } from '../../call/response.ts';
import { type JsonObject, objectAt } from '../../kube/json.ts';
import { decodeResource, type WireRequest } from './request.ts';
import { field, writeStruct, writeText } from './struct.ts';

type Writer = protobuf.Writer;

/** When a call failed, how soon Crossplane may ask again. */
const FATAL_TTL_SECONDS = 10;

/** What Crossplane's client takes at most, by grpc-go's default. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What is left of a message that is too large itself. */
const MAX_MESSAGE = 4096;

const META = field(1);
const DESIRED = field(2);
const RESULTS = field(3);
const CONTEXT = field(4);
const REQUIREMENTS = field(5);
const CONDITIONS = field(6);

/** Why a response cannot be given. */
export class ResponseError extends Error {}

/** The response to `request`. Throws a ResponseError where it clashes with earlier steps or is more than Crossplane takes. */
export function encodeResponse(request: WireRequest, response: Composed): Uint8Array {
  const clash = [...response.resources.keys()].find((name) => request.desired.resources.has(name));
  if (clash !== undefined) {
    const what = `an earlier step of the pipeline already desires the resource ${JSON.stringify(clash)}; rename it there`;
    throw new ResponseError(`cannot compose: ${what}`);
  }
  const writer = protobuf.Writer.create();
  writeMeta(writer, request.tag, response.ttlSeconds);
  writer.uint32(DESIRED).fork();
  writeResource(writer.uint32(COMPOSITE).fork(), ...compositeOf(request, response)).ldelim();
  for (const [name, bytes] of request.desired.resources) writeEntry(writer, RESOURCES, name).bytes(bytes).ldelim();
  for (const [name, { resource, ready }] of response.resources)
    writeResource(writeEntry(writer, RESOURCES, name).fork(), resource, ready)
      .ldelim()
      .ldelim();
  writer.ldelim();
  for (const result of response.results) writeResult(writer, result);
  if (request.context !== undefined) writer.uint32(CONTEXT).bytes(request.context);
  writeRequirements(writer, response.requirements);
  for (const condition of response.conditions) writeCondition(writer, condition);
  const bytes = writer.finish();
  if (bytes.length > MAX_BYTES) throw new ResponseError(describeLarge(bytes.length, request, response));
  return bytes;
}

/** Stops the pipeline; the desired state goes back as it came, unless Crossplane would not take it. */
export function encodeFatal(request: Partial<WireRequest>, message: string): Uint8Array {
  const bytes = writeFatal(request, message);
  return bytes.length > MAX_BYTES ? writeFatal({}, message.slice(0, MAX_MESSAGE)) : bytes;
}

function writeFatal({ tag = '', desired, context }: Partial<WireRequest>, message: string): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMeta(writer, tag, FATAL_TTL_SECONDS);
  if (desired !== undefined) {
    writer.uint32(DESIRED).fork();
    if (desired.composite !== undefined) writer.uint32(COMPOSITE).bytes(desired.composite);
    for (const [name, bytes] of desired.resources) writeEntry(writer, RESOURCES, name).bytes(bytes).ldelim();
    writer.ldelim();
  }
  writer.uint32(RESULTS).fork();
  writeText(writer.uint32(SEVERITY).int32(Severity.SEVERITY_FATAL).uint32(MESSAGE), message);
  writer.uint32(TARGET_OF_RESULT).int32(Target.TARGET_COMPOSITE).ldelim();
  if (context !== undefined) writer.uint32(CONTEXT).bytes(context);
  return writer.finish();
}

/** Which part of a response takes most of it. */
function describeLarge(length: number, request: WireRequest, response: Composed): string {
  const parts: [string, number][] = [
    ...[...response.resources].map(
      ([name, { resource }]) => [`the resource ${name}`, sizeOf(resource)] satisfies [string, number],
    ),
    ...[...request.desired.resources].map(
      ([name, bytes]) => [`the resource ${name} of an earlier step`, bytes.length] satisfies [string, number],
    ),
    ['the context', request.context?.length ?? 0],
    ['the status of the composite', sizeOf(compositeOf(request, response)[0])],
  ];
  const [[name, size]] = parts.sort(([, a], [, b]) => b - a) as [[string, number]];
  return `cannot compose: the response would have ${length} bytes and Crossplane takes ${MAX_BYTES}; most of it is ${name} with ${size}`;
}

const sizeOf = (resource: JsonObject): number => writeStruct(protobuf.Writer.create(), resource).finish().length;

const TAG_OF_META = field(1);
const TTL = field(2);
const SECONDS = field(1, 0);

function writeMeta(writer: Writer, tag: string, ttlSeconds: number): void {
  writer.uint32(META).fork();
  if (tag !== '') writeText(writer.uint32(TAG_OF_META), tag);
  writer.uint32(TTL).fork().uint32(SECONDS).int64(ttlSeconds).ldelim().ldelim();
}

const COMPOSITE = field(1);
const RESOURCES = field(2);
const KEY = field(1);
const VALUE = field(2);

/** An entry of a map, up to the tag of its value; the caller writes that and ends the entry. */
const writeEntry = (writer: Writer, tag: number, key: string): Writer =>
  writeText(writer.uint32(tag).fork().uint32(KEY), key).uint32(VALUE);

/** Only status is ours to write on the composite; what earlier steps desire of it stays. */
function compositeOf(request: WireRequest, { status, ready }: Composed): [JsonObject, boolean, Uint8Array[]] {
  const bytes = request.desired.composite;
  const { resource, connectionDetails } = bytes === undefined ? NOTHING : decodeResource(bytes);
  const merged = { ...objectAt(resource, 'status'), ...status } as JsonObject;
  return [{ ...resource, status: merged }, ready, connectionDetails];
}

const NOTHING = { resource: {}, connectionDetails: [] };

const RESOURCE = field(1);
const CONNECTION_DETAILS = field(2);
const READY = field(3, 0);

function writeResource(writer: Writer, resource: JsonObject, ready: boolean, connectionDetails: Uint8Array[] = []): Writer {
  writeStruct(writer.uint32(RESOURCE).fork(), resource).ldelim();
  for (const bytes of connectionDetails) writer.uint32(CONNECTION_DETAILS).bytes(bytes);
  return writer.uint32(READY).int32(ready ? Ready.READY_TRUE : Ready.READY_FALSE);
}

const SEVERITY = field(1, 0);
const MESSAGE = field(2);
const REASON = field(3);
const TARGET_OF_RESULT = field(4, 0);

function writeResult(writer: Writer, { severity, reason, message }: Result): void {
  writer.uint32(RESULTS).fork();
  writer.uint32(SEVERITY).int32(severity === 'Normal' ? Severity.SEVERITY_NORMAL : Severity.SEVERITY_WARNING);
  writeText(writer.uint32(MESSAGE), message);
  writeText(writer.uint32(REASON), reason);
  writer.uint32(TARGET_OF_RESULT).int32(Target.TARGET_COMPOSITE_AND_CLAIM).ldelim();
}

const RESOURCES_OF_REQUIREMENTS = field(2);
const API_VERSION = field(1);
const KIND = field(2);
const MATCH_NAME = field(3);
const MATCH_LABELS = field(4);
const LABELS = field(1);
const NAMESPACE = field(5);

/** Left out when there are none: Crossplane up to 2.4 takes an empty message for something new that is asked, and calls again. */
function writeRequirements(writer: Writer, requirements: Record<string, Selector>): void {
  if (Object.keys(requirements).length === 0) return;
  writer.uint32(REQUIREMENTS).fork();
  for (const [key, selector] of Object.entries(requirements)) {
    writeEntry(writer, RESOURCES_OF_REQUIREMENTS, key).fork();
    writeText(writer.uint32(API_VERSION), selector.apiVersion);
    writeText(writer.uint32(KIND), selector.kind);
    if ('matchName' in selector) writeText(writer.uint32(MATCH_NAME), selector.matchName);
    else {
      writer.uint32(MATCH_LABELS).fork();
      for (const [label, value] of Object.entries(selector.matchLabels))
        writeText(writeEntry(writer, LABELS, label), value).ldelim();
      writer.ldelim();
    }
    if (selector.namespace !== undefined) writeText(writer.uint32(NAMESPACE), selector.namespace);
    writer.ldelim().ldelim();
  }
  writer.ldelim();
}

const STATUS = {
  True: Status.STATUS_CONDITION_TRUE,
  False: Status.STATUS_CONDITION_FALSE,
  Unknown: Status.STATUS_CONDITION_UNKNOWN,
};
const TYPE = field(1);
const STATUS_OF_CONDITION = field(2, 0);
const REASON_OF_CONDITION = field(3);
const MESSAGE_OF_CONDITION = field(4);
const TARGET_OF_CONDITION = field(5, 0);

function writeCondition(writer: Writer, { type, status, reason, message }: Condition): void {
  writer.uint32(CONDITIONS).fork();
  writeText(writer.uint32(TYPE), type).uint32(STATUS_OF_CONDITION).int32(STATUS[status]);
  writeText(writer.uint32(REASON_OF_CONDITION), reason);
  writeText(writer.uint32(MESSAGE_OF_CONDITION), message);
  writer.uint32(TARGET_OF_CONDITION).int32(Target.TARGET_COMPOSITE_AND_CLAIM).ldelim();
}

/**
 * What an agent left behind as its result. It is text of the agent's, which may be anything: it is bounded, it is text, and what looks like
 * a credential is not in it.
 */
import type { AgentRunStatus, Results, Usage } from '../api/generated/types.ts';
import { isObject, type JsonObject, textBytes, valueAt } from '../kube/json.ts';
import { redact } from '../policy/credentials/redact.ts';

const MAX_BYTES = 4096;

export type ToldResult = Pick<AgentRunStatus, 'result' | 'resultTruncated' | 'usage'>;

/**
 * What the status tells of a termination message, as the policy of the run permits.
 *
 * @param limit how many bytes of it were kept; one that has as many may be cut off
 */
export function readResult(left: string, { capture, redact: isRedacted }: Required<Results>, limit: number): ToldResult {
  // As much as Kubernetes keeps, whoever tells of it.
  const message = left.slice(-MAX_BYTES);
  if (capture === 'None' || message === '') return {};
  const usage = readUsage(message);
  const numbers = usage === undefined ? {} : { usage };
  if (capture === 'Usage') return numbers;
  const isCut = textBytes(message) >= limit;
  const plain = toPlainText(message);
  const told = isRedacted ? redact(isCut ? withoutCutWords(plain, limit) : plain) : plain;
  const result = keepTail(told);
  return { ...(result !== '' && { result, resultTruncated: isCut || result !== told }), ...numbers };
}

/** A first word may be the rest of a credential, and a second one behind it, as after `Basic`. */
const FIRST_WORDS = /^[^\s"]*(?:[\s=:]{1,8}[^\s"]*)?/;

/** A line of a private key of which neither end is seen. */
const KEY_LINES = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}={0,2}/g;

/** Below this many bytes Kubernetes keeps the beginning of what it has kept as the end. */
const WHOLE = 4096;

/** A text that is cut off without what may be a part of a credential where it was cut. */
function withoutCutWords(text: string, limit: number): string {
  let end = text.length;
  if (limit < WHOLE) while (end > 0 && !/[\s"]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(FIRST_WORDS, '').replace(KEY_LINES, '[redacted]');
}

/** Sequences that colour a terminal, and characters that are not seen or turn the order of others, but for those that join letters. */
const TERMINAL = /(?!\s)\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cs}\p{Cf}]/gu;
/** What decoders make of half a character. */
const CUT_CHARACTER = /^\ufffd+|\ufffd+$/g;

/** One line after another, without anything that a terminal would act on. */
export const toPlainText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(TERMINAL, '').replace(UNSEEN, '').replace(CUT_CHARACTER, '');

function keepTail(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= MAX_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(bytes.length - MAX_BYTES)).replace(CUT_CHARACTER, '');
}

/** The end of the public agent runner's result, whose beginning may be cut off: its numbers come last. */
const METRICS = /"metrics"\s{0,8}:\s{0,8}(\{[^{}]*\})(?:\s{0,8}\})?$/;

/** The numbers in `{"usage": {...}}`, or in the result of the public agent runner; undefined where there are none. */
function readUsage(message: string): Usage | undefined {
  const whole = parse(message);
  const told = [valueAt(whole, 'usage'), valueAt(whole, 'metrics'), parse(METRICS.exec(message.trimEnd())?.[1])];
  return told
    .flatMap((numbers) => (isObject(numbers) ? readNumbers(numbers) : []))
    .find((usage) => Object.keys(usage).length > 0);
}

function readNumbers(numbers: JsonObject): Usage {
  const usage: Usage = Object.fromEntries(COUNTS.flatMap((name) => (isCount(numbers[name]) ? [[name, numbers[name]]] : [])));
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (totalTokens === undefined && inputTokens !== undefined && outputTokens !== undefined && isCount(inputTokens + outputTokens))
    usage.totalTokens = inputTokens + outputTokens;
  const cost = numbers['costUSD'];
  const costUSD = typeof cost === 'number' ? String(Number(cost.toFixed(6))) : cost;
  return { ...usage, ...(typeof costUSD === 'string' && COST.test(costUSD) && { costUSD }) };
}

const COUNTS = ['inputTokens', 'outputTokens', 'totalTokens', 'toolCalls', 'durationMs'] as const satisfies (keyof Usage)[];
const COST = /^\d{1,9}(?:\.\d{1,6})?$/;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

function parse(text: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

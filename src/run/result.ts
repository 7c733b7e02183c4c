/**
 * What an agent left behind as its result. It is text of the agent's, which may be anything: it is bounded, it is text, and what looks like
 * a credential is not in it.
 */
import type { AgentRunStatus, Results, Usage } from '../api/generated/types.ts';
import { isObject, type JsonObject, valueAt } from '../kube/json.ts';
import { redact } from '../policy/credentials/redact.ts';

const MAX_BYTES = 4096;

export type ToldResult = Pick<AgentRunStatus, 'result' | 'resultTruncated' | 'usage'>;

/**
 * What the status tells of a termination message, as the policy of the run permits.
 *
 * @param limit how many bytes of it were kept; one that has as many may be cut off
 */
export function readResult(message: string, { capture, redact: isRedacted }: Required<Results>, limit: number): ToldResult {
  if (capture === 'None' || message === '') return {};
  const usage = readUsage(message);
  const numbers = usage === undefined ? {} : { usage };
  if (capture === 'Usage') return numbers;
  const isCut = byteLength(message) >= limit;
  const plain = toPlainText(message);
  // The first word of a text that is cut off may be the rest of a credential.
  const told = isRedacted ? redact(isCut ? plain.replace(FIRST_WORD, '') : plain) : plain;
  const result = keepTail(told);
  return { ...(result !== '' && { result, resultTruncated: isCut || result !== told }), ...numbers };
}

const FIRST_WORD = /^[^\s"',;]+/;

/** Sequences that colour a terminal, and characters that are none to be seen or turn the order of others: all but line feed and tab. */
const TERMINAL = /(?!\s)\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** What decoders make of half a character. */
const CUT_CHARACTER = /^\ufffd+|\ufffd+$/g;

/** One line after another, without anything that a terminal would act on. */
export const toPlainText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(TERMINAL, '').replace(UNSEEN, '').replace(CUT_CHARACTER, '');

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

function keepTail(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= MAX_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(bytes.length - MAX_BYTES)).replace(CUT_CHARACTER, '');
}

/** The end of the public agent runner's result, whose beginning may be cut off: its numbers come last. */
const METRICS = /"metrics"\s*:\s*(\{[^{}]*\})\s*\}?\s*$/;

/** The numbers in `{"usage": {...}}`, or in the result of the public agent runner; undefined where there are none. */
function readUsage(message: string): Usage | undefined {
  const whole = parse(message);
  const told = [valueAt(whole, 'usage'), valueAt(whole, 'metrics'), parse(METRICS.exec(message)?.[1])].find(isObject);
  if (told === undefined) return undefined;
  const counted = COUNTS.flatMap((name) => (isCount(told[name]) ? [[name, told[name]]] : []));
  const usage: Usage = Object.fromEntries(counted);
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (totalTokens === undefined && inputTokens !== undefined && outputTokens !== undefined && isCount(inputTokens + outputTokens))
    usage.totalTokens = inputTokens + outputTokens;
  const cost = told['costUSD'];
  const costUSD = typeof cost === 'number' ? String(cost) : cost;
  if (typeof costUSD === 'string' && COST.test(costUSD)) usage.costUSD = costUSD;
  return Object.keys(usage).length > 0 ? usage : undefined;
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

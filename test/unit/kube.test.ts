import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../src/kube/digest.ts';
import { parseDuration } from '../../src/kube/duration.ts';
import { jsonBytes, valueAt } from '../../src/kube/json.ts';
import { toManifest } from '../../src/kube/manifest.ts';
import { isWithin, normalizePath } from '../../src/kube/paths.ts';

describe('parseDuration', () => {
  it.each([
    ['10m', 600],
    ['1h30m', 5400],
    ['1.5s', 1.5],
    ['250ms', 0.25],
    ['24h', 86400],
    ['0s', 0],
  ])('reads %s as %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds);
  });

  it.each(['', '10', 'm', '10 m', '-1s', '1d', '1h-1m', '.5s'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('paths', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['//a///b/', '/a/b'],
    ['/a/./b', '/a/b'],
    ['/', '/'],
    ['/a/../b', undefined],
    ['/..', undefined],
    ['a/b', undefined],
    ['/..a', '/..a'],
  ])('normalizePath(%j) is %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected);
  });

  it.each([
    ['/var/log', '/var/log', true],
    ['/var/log/pods', '/var/log', true],
    ['/var/log2', '/var/log', false],
    ['/var', '/var/log', false],
    ['/anything', '/', true],
  ])('isWithin(%j, %j) is %j', (path, parent, expected) => {
    expect(isWithin(path, parent)).toBe(expected);
  });
});

describe('digest', () => {
  it('does not depend on the order of keys, but on that of lists', () => {
    expect(digest({ a: 1, b: { c: [1, 2], d: null } })).toBe(digest({ b: { d: null, c: [1, 2] }, a: 1 }));
    expect(digest([1, 2])).not.toBe(digest([2, 1]));
  });
});

describe('valueAt', () => {
  it('sees own keys only', () => {
    expect(valueAt({}, 'constructor')).toBeUndefined();
    expect(valueAt({ a: { __proto__: 1 } }, 'a', 'toString')).toBeUndefined();
    expect(valueAt({ a: { b: 0 } }, 'a', 'b')).toBe(0);
  });
});

describe('jsonBytes', () => {
  it('counts what JSON takes, quotes and escapes included', () => {
    expect([jsonBytes('a'), jsonBytes('"\n'), jsonBytes('ł€')]).toEqual([3, 6, 7]);
  });
});

describe('toManifest', () => {
  it('puts apiVersion, kind and metadata first and leaves out what has no value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('spec', 'data', 'rules'), fc.option(fc.string(), { nil: undefined })), (rest) => {
        const manifest = toManifest({ ...rest, metadata: { name: 'a' }, kind: 'K', apiVersion: 'v1' });
        expect(Object.keys(manifest).slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
        expect(Object.values(manifest)).not.toContain(undefined);
      }),
    );
  });
});

/** A script of Lua on a value, as Argo CD runs its health checks. */
import fengari from 'fengari';
import type { JsonObject, JsonValue } from '../../src/kube/json.ts';

const { lua, lauxlib, lualib, to_luastring: encode } = fengari;

/** A JSON value as Lua writes it. */
function literal(value: JsonValue): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `{${value.map(literal).join(',')}}`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, child]) => `[${literal(key)}]=${literal(child)}`)}}`;
  // Lua reads \ddd in decimal digits, and no escapes of JSON's.
  if (typeof value === 'string')
    return `"${[...Buffer.from(value)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  return String(value);
}

/** The texts in the table that a script returns for `obj`. */
export function runHealthCheck(script: string, obj: JsonObject): { status: string; message: string } {
  const state = lauxlib['luaL_newstate']?.() ?? {};
  lualib.luaL_openlibs(state);
  const program = `local obj = ${literal(obj)}\nlocal health = (function() ${script}\nend)()\nreturn health.status .. "\\0" .. health.message`;
  const loaded = lauxlib['luaL_loadstring']?.(state, encode(program)) as unknown as number;
  const called = loaded === lua.LUA_OK ? lua['lua_pcall']?.(state, 0, 1, 0) : loaded;
  const answer = String(lua['lua_tojsstring']?.(state, -1));
  if (called !== lua.LUA_OK) throw new Error(answer);
  const [status = '', message = ''] = answer.split('\0');
  return { status, message };
}

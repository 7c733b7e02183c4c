/** What is used of fengari, which has no types of its own. */
declare module 'fengari' {
  const fengari: {
    to_luastring: (text: string) => Uint8Array;
    lua: Record<string, (state: object, ...rest: unknown[]) => unknown> & { LUA_OK: number };
    lauxlib: Record<string, (...rest: unknown[]) => object>;
    lualib: { luaL_openlibs: (state: object) => void };
  };
  export default fengari;
}

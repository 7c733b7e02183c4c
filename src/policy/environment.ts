/** Variables that a tenant may not set: each leads the agent elsewhere, or loads code into it that nobody looked at. */
import type { RunRule } from './rule.ts';

/** A star at the beginning or the end stands for anything. */
const REFUSED: [names: string[], why: string][] = [
  [
    [
      ...['*_PROXY', '*_BASE_URL', '*_API_BASE', '*_BASE', '*_API_URL', '*_API_HOST', '*_ENDPOINT', '*_ENDPOINT_URL', 'OTEL_*'],
      ...['AWS_*', 'OLLAMA_HOST', '*_CUSTOM_HEADERS', '*_DSN', 'LANGFUSE_*', 'DD_TRACE_*'],
      ...['LOCALDOMAIN', 'RES_OPTIONS', 'HOSTALIASES', 'CURL_HOME', 'WGETRC', 'NETRC', 'KUBECONFIG'],
    ],
    'it leads what the agent sends, its key too, to another address',
  ],
  [
    [
      ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSLKEYLOGFILE', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'],
      ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'OPENSSL_*', 'PYTHONHTTPSVERIFY', 'GRPC_*'],
    ],
    'it decides whom the agent takes for the provider of its model',
  ],
  [
    [
      'GLIBC_TUNABLES',
      'GCONV_PATH',
      'LOCPATH',
      'MALLOC_*',
      'DYLD_*',
      'BASH_ENV',
      'BASH_FUNC_*',
      'ENV',
      'SHELLOPTS',
      'BASHOPTS',
      'PS4',
      'PROMPT_COMMAND',
      'IFS',
      'ZDOTDIR',
    ],
    'the loader or the shell runs what it names',
  ],
  [['GODEBUG'], 'with it a program of Go writes the key of its requests into its log'],
  [
    ['XDG_*', '*_CONFIG_DIR', '*_CONFIG_FILE', 'CODEX_HOME', 'GOOGLE_APPLICATION_CREDENTIALS'],
    'a configuration that it names can lead the agent elsewhere or run what it likes',
  ],
  [
    [
      ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_*', 'NPM_CONFIG_*', 'BUN_*', 'DENO_*', 'PYTHON*', 'PIP_*', 'UV_*'],
      ...[
        'RUBY*',
        'GEM_*',
        'BUNDLE_*',
        'PERL*',
        'JAVA_TOOL_OPTIONS',
        'JDK_JAVA_OPTIONS',
        '_JAVA_OPTIONS',
        'CLASSPATH',
        'DOTNET_*',
        'CORECLR_*',
        'COR_*',
        'LUA_*',
        'PHP*',
        'COMPLUS_*',
        'JAVA_OPTS',
        'NODE_COMPILE_CACHE',
      ],
    ],
    'the interpreter loads what it names',
  ],
  [['GIT_*', 'SSH_*', 'EDITOR', 'VISUAL', 'PAGER', 'LESSOPEN', 'LESSCLOSE'], 'Git and what it calls run what it names'],
  [
    [
      ...['SYMPOZIUM_*', 'TOOL_POLICY_*', 'MODEL_*', 'AGENT_*', 'SKILL_*', '*MEMORY_SERVER_URL', 'SIDECAR_TOOLS_*'],
      ...['DETAILED_LOG_PATH', 'ENABLE_PROMPT_SERVICE', 'CANARY_MODE'],
    ],
    "it is of the agent runner's own, and can switch off its guards",
  ],
];

/** Whether a name is meant by a pattern with at most one star, at its beginning or its end; in any case, as some clients read them. */
export function isMeant(asWritten: string, meant: string): boolean {
  const [name, pattern] = [asWritten.toUpperCase(), meant.toUpperCase()];
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

const isAmong = (name: string, patterns: string[] | undefined): boolean =>
  (patterns ?? []).some((pattern) => isMeant(name, pattern));

/** No tenant sets what would make another agent of his agent. */
export const denyEnvironment: RunRule = ({ mode, env }, policy) =>
  (mode === 'server' ? [] : env).flatMap(({ name }, index) => {
    const isDenied = isAmong(name, policy.env?.deny);
    const [, why] = REFUSED.find(([patterns]) => isAmong(name, patterns)) ?? [];
    if (!isDenied && (why === undefined || isAmong(name, policy.env?.allow))) return [];
    return [
      {
        rule: 'environment',
        path: `spec.env[${index}].name`,
        found: name,
        why: isDenied ? 'the platform team keeps it to itself' : (why ?? ''),
        permit: isDenied ? `take it out of spec.env.deny` : `${name} in spec.env.allow permits it`,
        permissible: true,
      },
    ];
  });

// What git and run hosts need to be found, to know which of the operator's files to hide, to reach the network and to write sensible text. Everything else that the
// server was started with, its secrets above all, stays with it.
const passed = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];
const proxies = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
];
const PATH_PRESET = '/usr/local/bin:/usr/bin:/bin';

/** The environment for programs that the server starts. A proxy with a password in its URL is left out: agents could see it. */
export function programEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const pairs = [...passed, ...proxies].flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined || (proxies.includes(name) && value.includes('@')) ? [] : [[name, value]];
  });
  const crash = env['REEVE_CRASH_RUN']; // for tests: where run hosts die
  const hostsOwn: Readonly<Record<string, string>> = crash === undefined ? {} : { REEVE_CRASH: crash };
  return { PATH: PATH_PRESET, ...Object.fromEntries(pairs), ...hostsOwn };
}

const secretName = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH/i;

/** The values of an agent's environment that must not appear in anything it says, judged by their names. */
export function secretValuesOf(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name]) => secretName.test(name))
    .map(([, value]) => value);
}

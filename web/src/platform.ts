const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

function match(userAgent: string, table: [RegExp, string][], otherwise: string): string {
  return table.find(([pattern]) => pattern.test(userAgent))?.[1] ?? otherwise;
}

// "Firefox on Linux": how this browser shows up in the list of devices.
export function deviceName(userAgent: string): string {
  return `${match(userAgent, browsers, 'Browser')} on ${platformName(userAgent)}`;
}

export function platformName(userAgent: string): string {
  return match(userAgent, systems, 'unknown system');
}

/** The two builds that tests/hosting/run.ts makes, apart from dist/: at the root of a host, and below a path. */
export const builtSites = [
  { folder: '.cache/hosting/root', basePath: '/' },
  { folder: '.cache/hosting/course', basePath: '/course/' },
] as const;

import { contentTypes, defaultCacheControl, headerRules } from './header-rules.ts';

/** The rules of header-rules.ts as files for hosts, by name: each begins with who reads it and where it belongs. */
export function hostFiles(basePath: string, defaultLocale: string): Record<string, string> {
  return {
    _headers: underscoreHeaders(basePath),
    _redirects: `# Cloudflare Pages, Netlify: belongs at the root of the host.\n${basePath} ${basePath}${defaultLocale}/ 302\n`,
    'hosting/nginx.conf': nginx(basePath, defaultLocale),
    'hosting/headers.txt': plainTable(basePath),
  };
}

/** https://developers.cloudflare.com/pages/configuration/headers/ and https://docs.netlify.com/manage/routing/headers/ */
function underscoreHeaders(basePath: string): string {
  const block = (path: string, headers: Readonly<Record<string, string>>) =>
    [`${basePath}${path}`, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  const types = Object.entries(contentTypes).map(([extension, type]) =>
    block(`*.${extension}`, { 'Content-Type': type }),
  );
  const rules = headerRules.map(({ path, headers }) => block(path, headers));
  return `# Cloudflare Pages, Netlify: belongs at the root of the host.\n# Files no rule gives a Cache-Control are asked for again each time, which is these hosts' own default.\n${[...rules, ...types].join('\n')}\n`;
}

/** In nginx's own mime.types since 1.21; a second entry would be warned about. */
const knownToNginx = new Set(['wasm', 'txt']);

/** A `server` block. nginx drops inherited headers where a block has its own, so a map decides each value in one place. */
function nginx(basePath: string, defaultLocale: string): string {
  const quote = (text: string) => `"${text.replaceAll('"', '\\"')}"`;
  const always = headerRules.find(({ path }) => path === '*')?.headers ?? {};
  const cache = headerRules.flatMap(({ path, headers }) =>
    headers['Cache-Control']
      ? [`    ~^${escapeRegex(basePath + path.replace('*', ''))} ${quote(headers['Cache-Control'])};`]
      : [],
  );
  const types = Object.entries(contentTypes)
    .filter(([extension]) => !knownToNginx.has(extension))
    .map(([extension, type]) => `        ${type.split(';')[0]} ${extension};`);
  return `# nginx: include this file inside http { }. SITE_FOLDER is the folder that holds the built files.
map $uri $course_cache {
    default ${quote(defaultCacheControl)};
${cache.join('\n')}
}
server {
    listen 80;
    server_name _;
    include mime.types;
    types {
${types.join('\n')}
    }
    charset utf-8;
    gzip on;
    gzip_types text/css text/javascript application/javascript application/json application/wasm image/svg+xml text/markdown text/plain;
    add_header Cache-Control $course_cache always;
${Object.entries(always)
  .map(([name, value]) => `    add_header ${name} ${quote(value)} always;`)
  .join('\n')}
    error_page 404 ${basePath}404.html;
    absolute_redirect off;
    location = ${basePath} {
        return 302 ${basePath}${defaultLocale}/;
    }
    location ${basePath} {
        alias SITE_FOLDER/;
        index index.html;
    }
}
`;
}

/** For a console, such as an object store's, in which headers are typed in. */
function plainTable(basePath: string): string {
  const rows = headerRules.flatMap(({ path, headers }) =>
    Object.entries(headers).map(([name, value]) => `${basePath}${path}\t${name}: ${value}`),
  );
  return [
    '# Path, then the header to send. For hosts that have no file of their own for this.',
    ...rows,
    `every other file\tCache-Control: ${defaultCacheControl}`,
    ...Object.entries(contentTypes).map(([extension, type]) => `${basePath}*.${extension}\tContent-Type: ${type}`),
    `# Page for unknown addresses: ${basePath}404.html, with status 404. Index page of a folder: index.html.`,
    '',
  ].join('\n');
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

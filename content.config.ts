// At the root because srcDir is '.': content/ lives beside src/, not in it.
import { docsLoader, i18nLoader } from '@astrojs/starlight/loaders';
import { docsSchema, i18nSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { z } from 'astro/zod';
import { courseFrontmatter } from '#site/frontmatter.ts';

export const collections = {
  docs: defineCollection({ loader: docsLoader(), schema: docsSchema({ extend: courseFrontmatter }) }),
  // Our own flat keys ("playground.run") live beside Starlight's; a key that is not text fails here.
  i18n: defineCollection({ loader: i18nLoader(), schema: i18nSchema().catchall(z.string()) }),
};

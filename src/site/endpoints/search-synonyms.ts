import type { APIRoute } from 'astro';
import { synonymGroups } from '../search-synonyms.ts';

/** `/search-synonyms.json`: fetched with the search index, at the first opening of search. */
export const GET: APIRoute = () => new Response(JSON.stringify(synonymGroups));

import { checkTritonModels } from './check-triton-models.ts';
import { describeTriton } from './triton-server.ts';

/** Triton with the course's models. */
export const triton = describeTriton({
  id: 'triton',
  name: 'Triton',
  size: 'about 80 MB to download, 260 MB installed',
  installedBytes: 0.3e9,
  variables: 'TRITON',
  existingVenv: () => undefined,
  portsOf: ({ ports }) => ports.triton,
  repositoryOf: ({ modelRepository }) => modelRepository,
  environmentOf: () => ({}),
  check: checkTritonModels,
});

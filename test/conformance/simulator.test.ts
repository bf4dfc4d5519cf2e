import { simulatorBackend } from './backends/simulator-backend.ts';
import { conformanceTests } from './conformance-tests.ts';

conformanceTests('simulator', true, async () => simulatorBackend());

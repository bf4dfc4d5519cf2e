import { emulatorTests } from './emulator-tests.ts';

await emulatorTests('ministack');

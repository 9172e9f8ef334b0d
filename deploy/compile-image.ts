/**
 * The build step of the container image: compiles every program of the image with the same step as
 * `npm start`. The image then runs Node on the compiled files and needs neither tsx nor esbuild.
 */
import { compileService } from '../local/processes/compile.js';
import { IMAGE_PROGRAMS } from './programs.js';

for (const program of IMAGE_PROGRAMS) process.stdout.write(`${await compileService(program)}\n`);

import { canvasCodec } from '../../client/canvas-codec.js';
import { stripSuite } from '../suites/strip-suite.js';

stripSuite(canvasCodec());

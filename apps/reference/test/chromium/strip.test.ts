import { canvasCodec } from '../../client/picture/canvas-codec.js';
import { stripSuite } from '../suites/strip-suite.js';

stripSuite(canvasCodec());

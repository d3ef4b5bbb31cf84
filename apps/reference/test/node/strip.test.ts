import { sharpCodec } from '../../src/server/sharp-codec.js';
import { stripSuite } from '../suites/strip-suite.js';

stripSuite(sharpCodec());

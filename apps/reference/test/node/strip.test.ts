import { sharpCodec } from '../../src/demo/sharp-codec.js';
import { stripSuite } from '../suites/strip-suite.js';

stripSuite(sharpCodec());

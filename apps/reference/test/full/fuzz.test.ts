// Every single change of each body.
import '../suites/fuzz-suite.js';

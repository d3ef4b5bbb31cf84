// Some of the changes of each body in each run, others each time.
import '../suites/fuzz-suite.js';

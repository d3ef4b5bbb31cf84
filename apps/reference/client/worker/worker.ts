import { serve } from '../core/serve.js';

// `self` of a dedicated worker has the two methods; the DOM's own type for it describes a window.
serve(self as unknown as Worker);

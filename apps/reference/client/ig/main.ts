/** The script of the IG pages: only the trace and the check of the log need one. What they need is loaded with them. */
const start = document.querySelector('#trace, #check');
if (start instanceof HTMLElement) {
  start.hidden = false;
  if (start.id === 'trace') void import('./trace.js').then(({ offerTrace }) => offerTrace(start as HTMLFormElement));
  else void import('./log.js').then(({ offerCheck }) => offerCheck(start));
}

// A vitest reporter that writes the truth per project: what ran, what passed, and how long its files took.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onTestRunEnd(modules, errors, reason) {
    const projects = {};
    for (const module of modules) {
      const row = projects[module.project.name] ?? { passed: 0, failed: 0, skipped: 0, ms: 0 };
      projects[module.project.name] = row;
      const { prepareDuration, environmentSetupDuration, collectDuration, setupDuration, duration } =
        module.diagnostic();
      row.ms += prepareDuration + environmentSetupDuration + collectDuration + setupDuration + duration;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        row[state === 'pending' ? 'failed' : state] += 1;
      }
      // A file or a hook that broke counts, even if no test of it was ever begun.
      row.failed += module.errors().length;
      for (const suite of module.children.allSuites()) row.failed += suite.errors().length;
    }
    writeFileSync(process.env.WARDSEAL_COUNTS, JSON.stringify({ projects, errors: errors.length, reason }));
  }
}

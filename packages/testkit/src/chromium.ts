import { existsSync } from 'node:fs';

/** For `chromium.launch` and `chromium.launchPersistentContext` of Playwright. */
export interface ChromiumOptions {
  readonly executablePath?: string;
  readonly args: string[];
}

// Chromium draws what drops down from its address bar as pages of its own, anew for every window and in a process of
// its own: half a second of work that no test looks at.
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];

// Chromium obeys the last such list only: what Playwright switches off has to stand here again.
const BY_PLAYWRIGHT = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
  'msEdgeUpdateLaunchServicesPreferredVersion',
  'msForceBrowserSignIn',
];

/** The browser that CHROMIUM_PATH names, or the machine's own, with `args` besides those that every test wants. */
export function chromiumOptions(...args: readonly string[]): ChromiumOptions {
  const executablePath = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path !== undefined && existsSync(path));
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', `--disable-features=${[...BY_PLAYWRIGHT, ...ADDRESS_BAR].join()}`, ...args],
  };
}

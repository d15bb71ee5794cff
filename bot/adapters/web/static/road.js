// Where a reader is: the address says it, so that it can be reloaded, shared and gone back from.

const ROOT = "/board";

export const href = (path) => (path.startsWith("?") || !path ? `${ROOT}${path}` : `${ROOT}/${path}`);
export const here = () => location.pathname.replace(/^\/(board\/?)?/, "");
export const asked = () => new URLSearchParams(location.search).get("by") ?? "";

// Follow our own links without leaving the page; `went` is told, also when Back is pressed.
export function follow(went) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !(url.pathname === ROOT || url.pathname.startsWith(`${ROOT}/`))) return;
    event.preventDefault();
    if (url.href !== location.href) history.pushState(null, "", url);
    went(true);
  });
  addEventListener("popstate", () => went(true));
}

export function up() {
  history.pushState(null, "", ROOT);
}

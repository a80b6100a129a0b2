/** The title of the window: the page's, and before it how many alerts are open. */
let page = "";
let open = 0;

const show = () => {
  document.title = open > 0 ? `(${open > 99 ? "99+" : open}) ${page}` : page;
};

export function setTitle(title: string): void {
  page = title;
  show();
}

export function setBadge(count: number): void {
  open = count;
  show();
}

// The kinds of annotations that there are, for whatever shows one: asked for once, and anew when
// somebody changes one here.
import { api, must, type AnnotationClass } from "./client";

let all = $state.raw<AnnotationClass[]>([]);
let asked: Promise<void> | null = null;

async function ask(): Promise<void> {
  const found: AnnotationClass[] = [];
  let cursor: string | undefined;
  do {
    const page = await must(api.GET("/api/v1/annotation-classes", { params: { query: { limit: 200, sort: "name", cursor } } }));
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  all = found;
}

export const classes = {
  /** By name; none until load() is done. */
  get all() {
    return all;
  },
  /** Of one that is gone or not known yet, nothing. */
  of(id: string): AnnotationClass | undefined {
    return all.find((each) => each.id === id);
  },
  load(): Promise<void> {
    asked ??= ask().catch((error) => {
      asked = null;
      throw error;
    });
    return asked;
  },
  reload(): Promise<void> {
    asked = null;
    return classes.load();
  },
};

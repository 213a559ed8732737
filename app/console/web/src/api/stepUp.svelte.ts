// A code of the second factor, asked for where something dangerous was refused for want of a fresh
// one. Whoever was refused waits; several at once wait for the same.
let asked = $state.raw<((isGiven: boolean) => void) | null>(null);
let answer: Promise<boolean> | null = null;

export const stepUp = {
  get isAsked() {
    return asked !== null;
  },
  end(isGiven: boolean): void {
    asked?.(isGiven);
    asked = answer = null;
  },
};

/** Whether a code was given, and the refused may be asked again. */
export function codeGiven(): Promise<boolean> {
  answer ??= new Promise((resolve) => (asked = resolve));
  return answer;
}

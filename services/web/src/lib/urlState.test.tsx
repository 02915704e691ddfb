import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { useUrlChoice, useUrlNumber, useUrlWord, useUrlWords } from "./urlState";

const at =
  (address: string) =>
  ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
  );

describe("state in the address", () => {
  it("is read from a pasted link", () => {
    const { result } = renderHook(
      () => [useUrlWord("tab", "card")[0], useUrlNumber("k", 16)[0], useUrlWords("where")[0]],
      { wrapper: at("/x?tab=share&k=4&where=eyes:1&where=mouth:2") },
    );
    expect(result.current).toEqual(["share", 4, ["eyes:1", "mouth:2"]]);
  });

  it("is the default where the address says nothing, or nonsense", () => {
    const { result } = renderHook(() => [useUrlWord("tab", "card")[0], useUrlNumber("k", 16)[0]], {
      wrapper: at("/x?k=1e9"),
    });
    expect(result.current).toEqual(["card", 16]);
  });

  it("is one of the words there are, or the first", () => {
    const words = ["keys", "usage"] as const;
    for (const [address, word] of [
      ["/x", "keys"],
      ["/x?tab=usage", "usage"],
      ["/x?tab=constructor", "keys"],
    ] as const) {
      const { result } = renderHook(() => useUrlChoice("tab", words)[0], { wrapper: at(address) });
      expect(result.current).toBe(word);
    }
  });

  it("leaves the default out, and all else as it was", () => {
    const { result } = renderHook(() => ({ word: useUrlWord("tab", "card"), search: useLocation().search }), {
      wrapper: at("/x?k=4"),
    });
    act(() => result.current.word[1]("share"));
    expect(result.current.search).toBe("?k=4&tab=share");
    act(() => result.current.word[1]("card"));
    expect(result.current.search).toBe("?k=4");
  });

  it("repeats a word for each of its values", () => {
    const { result } = renderHook(() => ({ words: useUrlWords("where"), search: useLocation().search }), {
      wrapper: at("/x"),
    });
    act(() => result.current.words[1](["eyes:1", "mouth:2"]));
    expect(result.current.search).toBe("?where=eyes%3A1&where=mouth%3A2");
  });
});

// Where an arrow key, Home, or End leads in a row of choices; null for other keys.
export function nextPlace(key: string, place: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return (place + 1) % count;
    case "ArrowLeft":
    case "ArrowUp":
      return (place - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

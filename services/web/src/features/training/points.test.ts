import { describe, expect, it } from "vitest";
import { MOST_POINTS } from "../../components/curveLines";
import { continued, type Point, pointsOf } from "./points";

const point = (step: number, loss: number) => ({ step, values: { loss_g: loss } });

describe("points of the curves", () => {
  it("come from events, without step and seconds", () => {
    const told = pointsOf({ points: [{ step: 5, seconds: 0.2, loss_g: 1.5, acc_g: 0.1 }] });
    expect(told).toEqual([{ step: 5, values: { loss_g: 1.5, acc_g: 0.1 } }]);
    expect(pointsOf({})).toEqual([]);
  });

  it("go on behind what was read, and a replay or a resumed attempt adds none twice", () => {
    const read = [point(1, 9), point(2, 8)];
    expect(continued(read, [point(1, 0), point(2, 0)])).toBe(read);
    expect(continued(read, [point(2, 0), point(3, 7)])).toEqual([...read, point(3, 7)]);
  });

  it("stay bounded, with the newest among them", () => {
    let points: Point[] = [];
    for (let step = 1; step <= 10_000; step += 50)
      points = continued(
        points,
        Array.from({ length: 50 }, (_, more) => point(step + more, step)),
      );
    expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(points[0]?.step).toBe(1);
    expect(points.at(-1)?.step).toBe(10_000);
  });
});

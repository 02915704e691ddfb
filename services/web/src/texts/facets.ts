export const facets = {
  any: "Any",
  more: (amount: number) => `${amount} more values`,
  from: (attribute: string) => `${attribute} from`,
  upTo: (attribute: string) => `${attribute} to`,
  low: "from",
  to: "–",
  high: "to",
  names: {
    "quality.sharpness": "Sharpness",
    "quality.exposure": "Brightness",
    "quality.face_size": "Face size, px",
    "quality.warning": "Quality warning",
  } as Record<string, string>,
};

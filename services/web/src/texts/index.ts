// Every word on the screens, one file a screen; plain English, short.
import { common } from "./common";
import { frame } from "./frame";
import { places } from "./places";
import { signIn } from "./signIn";

export const texts = { common, frame, places, signIn };

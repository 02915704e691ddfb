// Everything around the screens: scheme, styles under the answer's nonce, cached answers, addresses.
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { useState } from "react";
import { RouterProvider } from "react-router/dom";
import { makeQueryClient } from "../lib/queryClient";
import { makeRouter } from "./routes";
import { theme, variables } from "./theme";

const queries = makeQueryClient();

function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

setNonce(nonce()); // for the style by which an open dialog keeps the page behind it from scrolling

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={queries}>
        <Places />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** The router is made where it is drawn: by itself, and not while the app's modules are evaluated. */
function Places() {
  const [router] = useState(() => makeRouter(queries));
  return <RouterProvider router={router} />;
}

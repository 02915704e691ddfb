// Fetched at once, evaluated and drawn piece by piece: on a slow processor no piece keeps the page from answering.
import "@mantine/core/styles.css";
import "./app/app.css";
import { StrictMode, startTransition } from "react";

const root = document.getElementById("root");
const [{ createRoot }, { App }] = await Promise.all([import("react-dom/client"), import("./app/App")]);

if (root)
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );

import "./style/base.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app")! });

// After an upgrade the page that is open asks for parts that are no longer there.
window.addEventListener("vite:preloadError", (event) => {
  event.preventDefault();
  document.dispatchEvent(new Event("holdfast:upgraded"));
});
